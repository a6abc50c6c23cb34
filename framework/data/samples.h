#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/corpus.h"
#include "data/options.h"
#include "folio/tokenizer.h"

namespace folio::data {

/// Samples as stretches of one array of tokens; stretches may overlap.
class Samples {
 public:
  /// Adds tokens that later samples are made of; gives the index of the first of them.
  std::size_t add_tokens(std::span<const TokenId> ids);
  void add_sample(std::size_t begin, std::size_t length);

  std::int64_t size() const { return static_cast<std::int64_t>(stretches_.size()); }
  std::span<const TokenId> operator[](std::int64_t index) const;

  std::int64_t token_count() const;  ///< over all samples
  std::int64_t longest() const;      ///< tokens of the longest sample, 0 without samples
  const std::vector<TokenId>& tokens() const { return tokens_; }

 private:
  struct Stretch {
    std::size_t begin;
    std::size_t length;
  };

  std::vector<TokenId> tokens_;
  std::vector<Stretch> stretches_;
};

/// Cuts the texts into samples and encodes them.
///   characters: every text into whole chunks of `size` characters, each encoded on its own; a shorter rest is dropped.
///   tokens:     all texts as one stream, end-of-text after each, into whole blocks of `size`; a shorter rest is
///   dropped. document:   each text with its end-of-text, samples of `size` tokens beginning every `stride`; a shorter
///   last one
///               is kept, and padded in its batch.
/// End-of-text is left out where the tokenizer has none.
Samples make_samples(const Corpus::Part& part, const Tokenizer& tokenizer, const DataOptions& options,
                     const Progress& progress);

/// How many samples make_samples() will give, exactly when cutting by characters, else from `bytes_per_token`.
std::int64_t estimated_sample_count(const Corpus::Part& part, const DataOptions& options, double bytes_per_token);

/// Entropy in nats of the tokens' own frequencies: the loss of the best model that knows how often each token occurs
/// and nothing of order. `distinct` receives how many different tokens occur.
double unigram_loss(const Samples& samples, std::int64_t& distinct);

}  // namespace folio::data
