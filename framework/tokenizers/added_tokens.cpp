#include "tokenizers/added_tokens.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "support/utf8.h"
#include "text/char_runs.h"
#include "text/character_sets.h"

namespace folio {
namespace {

std::size_t character_before(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && is_continuation_byte(text[at]));
  return at;
}

bool is_word_character_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_word_character(decode_code_point(text, at).value);
}

bool is_word_character_before(std::string_view text, std::size_t at) {
  return at > 0 && is_word_character_at(text, character_before(text, at));
}

/// Where the white space begins that ends at `end`.
std::size_t blank_begin(std::string_view text, std::size_t end) {
  while (end > 0) {
    const std::size_t before = character_before(text, end);
    if (character_at(text, before).char_class != CharClass::space) break;
    end = before;
  }
  return end;
}

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
  std::unordered_set<std::string_view> special;
  for (const AddedToken& token : list_)
    if (token.special) special.insert(token.content);
  for (const AddedToken& token : list_) {
    if (token.normalized && normalize) spelled_.emplace(token.id, normalize(token.content));
    // Hugging Face's tokenizers tells special tokens by how they are spelled when they are decoded.
    manners_[token.id] = {special.contains(spelled(token)), token.single_word, token.lstrip, token.rstrip};
    has_manners_ |= token.single_word || token.lstrip || token.rstrip;
  }
}

std::optional<TokenId> AddedTokens::id_of(std::string_view content) const {
  const auto found =
      std::find_if(list_.begin(), list_.end(), [&](const AddedToken& token) { return token.content == content; });
  return found == list_.end() ? std::nullopt : std::optional(found->id);
}

bool AddedTokens::is_special(TokenId id) const {
  const auto found = manners_.find(id);
  return found != manners_.end() && found->second.special;
}

const std::string& AddedTokens::spelled(const AddedToken& token) const {
  const auto found = spelled_.find(token.id);
  return found == spelled_.end() ? token.content : found->second;
}

/// Whether the token may stand where it was found; then it takes the white space that is its own, but for what the
/// token before it took, up to `done`.
bool AddedTokens::fits(std::string_view text, std::size_t done, LiteralMatcher::Match& match) const {
  const Manner& manner = manners_.at(match.id);
  if (manner.single_word && (is_word_character_before(text, match.begin) || is_word_character_at(text, match.end)))
    return false;
  if (manner.lstrip) match.begin = std::max(blank_begin(text, match.begin), done);
  if (manner.rstrip) match.end = run_end(text, match.end, CharClass::space);
  return true;
}

}  // namespace folio
