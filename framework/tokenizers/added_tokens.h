#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"
#include "text/literal_matcher.h"

namespace folio {

/// The tokens that are cut out of a text before a tokenizer's model sees any of it (tokenizer.json's added_tokens).
/// Immutable once made.
class AddedTokens {
 public:
  using Normalize = std::function<std::string(std::string_view)>;

  /// `normalize` is what the tokenizer does to a text before it looks for the tokens that are `normalized`; none where
  /// it does nothing.
  explicit AddedTokens(std::vector<AddedToken> tokens, const Normalize& normalize = {});

  const std::vector<AddedToken>& list() const { return list_; }

  /// The id of the token of that very content.
  std::optional<TokenId> id_of(std::string_view content) const;

  /// Whether the id is that of a token which is left out where special tokens are to be skipped.
  bool is_special(TokenId id) const;

  /// Whether some token is looked for in normalised text.
  bool has_normalized() const { return !normalized_.empty(); }

  /// Calls `found` with the id of each token that is looked for in the text as it stands, and `between` with the pieces
  /// around them, in their order. Pieces may be empty.
  template <typename Found, typename Between>
  void cut(std::string_view text, const Found& found, const Between& between) const {
    cut_with(plain_, text, found, between);
  }

  /// The same for the tokens that are looked for in a piece's normalised text.
  template <typename Found, typename Between>
  void cut_normalized(std::string_view piece, const Found& found, const Between& between) const {
    cut_with(normalized_, piece, found, between);
  }

 private:
  template <typename Found, typename Between>
  static void cut_with(const LiteralMatcher& matcher, std::string_view text, const Found& found,
                       const Between& between) {
    std::size_t at = 0;
    while (const auto match = matcher.find(text, at)) {
      between(text.substr(at, match->begin - at));
      found(match->id);
      at = match->end;
    }
    between(text.substr(at));
  }

  std::vector<AddedToken> list_;
  LiteralMatcher plain_;
  LiteralMatcher normalized_;
  std::unordered_map<TokenId, bool> special_;  ///< by id
};

}  // namespace folio
