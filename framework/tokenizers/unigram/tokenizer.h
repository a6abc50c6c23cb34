#pragma once

#include <memory>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/unigram/trainer.h"

namespace folio::unigram {

/// SentencePiece's Unigram model: a word is cut into the pieces that together are most probable, and a character
/// without a piece is written in bytes. Gives the ids and the text that Hugging Face's tokenizers gives with its file.
/// A space at the beginning of a text is lost, and text comes back in the normal form. Calling it before it is trained
/// or loaded is a mistake of the caller (std::logic_error).
class UnigramTokenizer : public Tokenizer {
 public:
  explicit UnigramTokenizer(const TrainingOptions& options) : options_(options) {}

  /// <unk> is always among the special tokens, behind those asked for where it is not one of them.
  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override;
  std::string to_json() const override;
  void load_json(std::string_view json) override { load(TokenizerJson(json)); }
  /// The same of a file that was read.
  void load(const TokenizerJson& json);
  std::vector<TokenId> encode(std::string_view text) const override;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override;
  std::string token(TokenId id) const override;
  std::int64_t vocab_size() const override;
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override;

 private:
  /// Everything that training or loading yields, made in one go.
  class Trained;

  const Trained& trained() const;

  TrainingOptions options_;
  std::shared_ptr<const Trained> trained_;
};

}  // namespace folio::unigram
