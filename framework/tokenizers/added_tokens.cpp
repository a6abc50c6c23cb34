#include "tokenizers/added_tokens.h"

#include <algorithm>
#include <utility>

namespace folio {
namespace {

LiteralMatcher plain_matcher(const std::vector<AddedToken>& tokens) {
  LiteralMatcher::Literals literals;
  for (const AddedToken& token : tokens)
    if (!token.normalized) literals.emplace(token.content, token.id);
  return LiteralMatcher(std::move(literals));
}

LiteralMatcher normalized_matcher(const std::vector<AddedToken>& tokens, const AddedTokens::Normalize& normalize) {
  LiteralMatcher::Literals literals;
  for (const AddedToken& token : tokens) {
    if (!token.normalized) continue;
    std::string content = normalize ? normalize(token.content) : token.content;
    if (!content.empty()) literals.emplace(std::move(content), token.id);  // else there is nothing to look for
  }
  return LiteralMatcher(std::move(literals));
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalize& normalize)
    : list_(std::move(tokens)), plain_(plain_matcher(list_)), normalized_(normalized_matcher(list_, normalize)) {
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
