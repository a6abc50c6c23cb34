#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "folio/tokenizer.h"

/// Tokens and texts as `runner tokenize` and `runner data` tell of them.
namespace folio::worker {

/// A token's bytes as UTF-8: what is not part of a whole character is written <0xE2>, as vocabularies with byte
/// fallback write it.
std::string spelled(std::string_view token);

/// How many words the text has: runs of characters between white space, as Unicode knows it.
std::int64_t count_words(std::string_view text);

/// Describes tokens as [ID, TEXT], with "special" or "unknown" behind where a token is that.
class TokenDescriber {
 public:
  /// The tokenizer must outlive it.
  explicit TokenDescriber(const Tokenizer& tokenizer)
      : tokenizer_(tokenizer), unknown_(tokenizer.special_token_id(SpecialToken::unknown)) {}

  const nlohmann::json& operator()(TokenId id);

  /// The token that stands for what the vocabulary lacks.
  std::optional<TokenId> unknown() const { return unknown_; }

 private:
  bool is_special(TokenId id) const;

  const Tokenizer& tokenizer_;
  std::optional<TokenId> unknown_;
  std::unordered_map<TokenId, nlohmann::json> described_;
};

}  // namespace folio::worker
