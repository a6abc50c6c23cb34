#pragma once

#include <memory>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"

namespace folio::pipeline {

/// A tokenizer.json of any kind, as a normalizer, a pre-tokenizer, a model and a decoder one after another: ids and
/// decoded text are those of Hugging Face's tokenizers. It cannot be trained (std::logic_error).
class PipelineTokenizer : public Tokenizer {
 public:
  /// `text` is what `json` was read from. Throws Error (run) naming the JSON path of what is wrong or not supported.
  PipelineTokenizer(std::string_view text, const TokenizerJson& json);
  ~PipelineTokenizer() override;

  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override;
  /// The file's text as it was.
  std::string to_json() const override { return text_; }
  void load_json(std::string_view json) override;
  std::vector<TokenId> encode(std::string_view text) const override;
  std::vector<TokenId> encode_rest(std::string_view text) const override;
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override;
  std::string token(TokenId id) const override;
  std::int64_t vocab_size() const override;
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override;

 private:
  class Parts;

  std::string text_;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace folio::pipeline
