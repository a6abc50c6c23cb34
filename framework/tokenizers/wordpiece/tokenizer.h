#pragma once

#include <memory>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/wordpiece/trainer.h"

namespace folio::wordpiece {

/// WordPiece, as BERT's: normalised words, cut into the longest tokens that the vocabulary has. What it cannot write
/// becomes [UNK], and decoded text is the normalised one, so that it need not equal what was encoded. Equal to Hugging
/// Face's tokenizers in ids, text and file; in training see trainer.h. Calling it before it is trained or loaded is a
/// mistake of the caller (std::logic_error).
class WordPieceTokenizer : public Tokenizer {
 public:
  explicit WordPieceTokenizer(TrainingOptions options) : options_(std::move(options)) {}

  /// [UNK] comes behind the special tokens when it is not among them.
  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override;
  std::string to_json() const override;
  void load_json(std::string_view json) override { load(TokenizerJson(json)); }
  /// The same of a file that was read.
  void load(const TokenizerJson& json);
  std::vector<TokenId> encode(std::string_view text) const override;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override;
  std::int64_t vocab_size() const override;
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override;

 private:
  /// Everything that training or loading yields, made in one go.
  class Trained;

  const Trained& trained() const;

  TrainingOptions options_;
  std::shared_ptr<const Trained> trained_;
};

}  // namespace folio::wordpiece
