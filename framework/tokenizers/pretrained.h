#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/any_tokenizer.h"
#include "tokenizers/special_roles.h"

namespace folio {

/// A tokenizer that was trained elsewhere, read when it is first needed. Which of its tokens end a text, mask and so on
/// is told by, in this order, what was given, the tokenizer_config.json and the special_tokens_map.json beside the
/// file, what the file puts around a text, and the spellings of the usual families. Every function but load_json throws
/// what read_tokenizer does, or Error (experiment) when a file cannot be read or a given token is not in it.
class PretrainedTokenizer : public Tokenizer {
 public:
  /// `given`: special tokens by what they are for. `pattern`: of a file in tiktoken's form (tiktoken.h); may be empty.
  explicit PretrainedTokenizer(std::filesystem::path file, SpecialRoles given = {}, std::string pattern = {})
      : file_(std::move(file)), given_(std::move(given)), pattern_(std::move(pattern)) {}

  /// Learns nothing. Throws Error (experiment) naming the special tokens that the file does not have.
  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override;
  bool is_pretrained() const override { return true; }
  std::string to_json() const override { return loaded().tokenizer->to_json(); }
  /// Takes this file's text in place of the file.
  void load_json(std::string_view json) override;
  void load_special_tokens(std::string_view tokenizer_config) override;
  std::vector<std::string> notes() const override { return loaded().notes; }
  std::vector<TokenId> encode(std::string_view text) const override { return loaded().tokenizer->encode(text); }
  std::vector<TokenId> encode_rest(std::string_view text) const override {
    return loaded().tokenizer->encode_rest(text);
  }
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override {
    return loaded().tokenizer->decode(ids, skip_special_tokens);
  }
  std::string token(TokenId id) const override { return loaded().tokenizer->token(id); }
  std::int64_t vocab_size() const override { return loaded().tokenizer->vocab_size(); }
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override;

 private:
  struct Loaded {
    std::unique_ptr<Tokenizer> tokenizer;
    std::vector<std::string> notes;
    std::map<SpecialToken, TokenId> special;  ///< but for sentinels
  };

  const Loaded& loaded() const;
  Loaded settle(TokenizerFile file, const std::string& name, std::vector<SpecialRoles> beside) const;

  std::filesystem::path file_;
  SpecialRoles given_;
  std::string pattern_;
  mutable std::optional<TokenizerFile> given_file_;  ///< in place of the file
  SpecialRoles config_;                              ///< of that
  mutable std::once_flag once_;
  mutable Loaded loaded_;
};

}  // namespace folio
