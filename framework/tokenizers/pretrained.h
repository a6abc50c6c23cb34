#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "folio/tokenizer.h"

namespace folio {

/// A tokenizer that was trained elsewhere, read from its tokenizer.json when it is first needed. Every function but
/// load_json throws what tokenizer_from_json does, or Error (experiment) when the file cannot be read.
class PretrainedTokenizer : public Tokenizer {
 public:
  explicit PretrainedTokenizer(std::filesystem::path file) : file_(std::move(file)) {}

  /// Learns nothing. Throws Error (experiment) naming the special tokens that the file does not have.
  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override;
  bool is_pretrained() const override { return true; }
  std::string to_json() const override { return loaded().to_json(); }
  /// Takes this file's text in place of the file.
  void load_json(std::string_view json) override;
  std::vector<TokenId> encode(std::string_view text) const override { return loaded().encode(text); }
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override {
    return loaded().decode(ids, skip_special_tokens);
  }
  std::string token(TokenId id) const override { return loaded().token(id); }
  std::int64_t vocab_size() const override { return loaded().vocab_size(); }
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override {
    return loaded().special_token_id(token, index);
  }

 private:
  const Tokenizer& loaded() const;

  std::filesystem::path file_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace folio
