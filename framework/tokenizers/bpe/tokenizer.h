#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/bpe/encoder.h"
#include "tokenizers/bpe/trainer.h"
#include "tokenizers/bpe/vocabulary.h"

namespace folio::bpe {

/// Byte-level byte-pair encoding, as GPT-2's: any text can be written, none is unknown. Equal to Hugging Face's
/// tokenizers in training, in ids and in the file. Calling it before it is trained or loaded is a mistake of the caller
/// (std::logic_error).
class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(const TrainingOptions& options) : options_(options) {}

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

}  // namespace folio::bpe
