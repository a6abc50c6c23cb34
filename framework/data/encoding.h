#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/corpus.h"
#include "data/options.h"
#include "data/seen_text.h"
#include "data/token_file.h"
#include "folio/tokenizer.h"

namespace folio::data {

/// What the training or the evaluation part of a corpus is.
struct PartFacts {
  std::int64_t bytes = 0;
  std::int64_t characters = 0;      ///< Unicode code points
  std::int64_t words = 0;           ///< stretches between blanks; 0 where there is no text to count them in
  std::int64_t encoded_bytes = 0;   ///< of the text that was encoded: by characters, of whole chunks alone
  std::int64_t encoded_tokens = 0;  ///< that this text became, without end-of-text

  /// 0 where words were not counted.
  double bytes_per_word() const { return words > 0 ? static_cast<double>(bytes) / static_cast<double>(words) : 0; }

  /// 0 without text.
  double bytes_per_token() const {
    return encoded_tokens > 0 ? static_cast<double>(encoded_bytes) / static_cast<double>(encoded_tokens) : 0;
  }
};

/// One document's share of the evaluation part.
struct DocumentFacts {
  std::string name;
  TokenRange range;
  PartFacts facts;
};

/// What encode_corpus() learned besides the tokens.
struct EncodingFacts {
  PartFacts training;
  PartFacts evaluation;
  std::string evaluation_hash;           ///< SHA-256 over the evaluation texts, in order
  std::optional<SeenText> seen;          ///< of the evaluation texts, where there are any
  std::vector<DocumentFacts> documents;  ///< those with an evaluation part, where they are wanted
  /// Of the evaluation samples: how many there are after each document's last. Empty where the documents are more than
  /// kMostDocumentEnds, or not known.
  std::vector<std::int64_t> evaluation_document_ends;

  // Left to the caller, who can read the samples (count_tokens()).
  std::int64_t distinct_tokens = 0;    ///< of the training samples
  double unigram_loss = 0;             ///< nats per token: TokenCounts::entropy() of the training samples
  double evaluation_unigram_loss = 0;  ///< nats per token: TokenCounts::loss_on() the evaluation samples
};

/// Fills in what the samples tell.
void count_tokens(const Samples& training, const Samples& evaluation, std::int64_t vocab_size, EncodingFacts& facts);

/// Of more documents than this nobody needs to know where each ends.
constexpr std::size_t kMostDocumentEnds = 10'000;

/// More evaluations of single documents than this nobody reads.
constexpr std::size_t kMostEvaluatedDocuments = 100;

/// Cuts the texts into samples and encodes them, on all processors, into two files that are not committed yet.
///   characters  every text into whole chunks of `size` characters, each encoded on its own; a shorter rest is
///               dropped
///   tokens      all texts as one stream, end-of-text after each, into whole blocks of `size`; a shorter rest is
///               dropped
///   document    each text with its end-of-text, into samples of `size` tokens that begin every `stride`; a shorter
///               last one is kept, and padded in its batch
/// A text in several pieces is cut as one, but encoded piece by piece. End-of-text is left out where the tokenizer has
/// none. `progress` is told bytes. With `each_document` the documents of the evaluation are told apart; throws Error
/// (experiment) where these are more than kMostEvaluatedDocuments or two have the same name.
EncodingFacts encode_corpus(const Dataset& dataset, const Corpus& corpus, const Tokenizer& tokenizer,
                            const DataOptions& options, bool each_document, TokenFileWriter& training,
                            TokenFileWriter& evaluation, const Progress& progress);

/// The block size of a TokenFileWriter for these options.
std::uint64_t block_size(const DataOptions& options);

/// These facts as JSON, and from it: throws nlohmann's exceptions where it is not such.
nlohmann::json to_json(const EncodingFacts& facts);
EncodingFacts encoding_facts_from_json(const nlohmann::json& stored);

/// Counts beforehand how many samples a part's texts will give: exactly when cutting by characters, else from
/// `bytes_per_token`.
class SampleEstimate {
 public:
  SampleEstimate(const DataOptions& options, double bytes_per_token)
      : options_(options), bytes_per_token_(bytes_per_token) {}

  /// All of the part's texts, in order.
  void add(const Text& text);

  std::int64_t samples() const;

 private:
  DataOptions options_;
  double bytes_per_token_;
  std::int64_t bytes_ = 0, samples_ = 0;
  std::int64_t document_bytes_ = 0, document_characters_ = 0;
};

}  // namespace folio::data
