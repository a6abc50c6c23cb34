#include "tokenizers/added_tokens.h"

#include <algorithm>
#include <utility>

namespace folio {
namespace {

LiteralMatcher matcher_of(const std::vector<AddedToken>& tokens, bool normalized) {
  LiteralMatcher::Literals literals;
  for (const AddedToken& token : tokens) {
    if (token.normalized == normalized) literals.emplace(token.content, token.id);
  }
  return LiteralMatcher(std::move(literals));
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens)
    : list_(std::move(tokens)), plain_(matcher_of(list_, false)), normalized_(matcher_of(list_, true)) {
  for (const AddedToken& token : list_) special_.emplace(token.id, token.special);
}

std::optional<TokenId> AddedTokens::id_of(std::string_view content) const {
  const auto found =
      std::find_if(list_.begin(), list_.end(), [&](const AddedToken& token) { return token.content == content; });
  return found == list_.end() ? std::nullopt : std::optional(found->id);
}

bool AddedTokens::is_special(TokenId id) const {
  const auto found = special_.find(id);
  return found != special_.end() && found->second;
}

}  // namespace folio
