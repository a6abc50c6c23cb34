#pragma once

#include <algorithm>
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

  /// The token as it stands in text that is to be decoded: where it is looked for in normalised text, as it stands
  /// there.
  const std::string& spelled(const AddedToken& token) const;

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
  struct Manner {
    bool special = false;
    bool single_word = false;
    bool lstrip = false;
    bool rstrip = false;
  };

  template <typename Found, typename Between>
  void cut_with(const LiteralMatcher& matcher, std::string_view text, const Found& found,
                const Between& between) const {
    std::size_t done = 0;
    std::size_t at = 0;
    while (auto match = matcher.find(text, at)) {
      at = match->end;
      if (has_manners_ && !fits(text, done, *match)) continue;
      between(text.substr(done, std::max(match->begin, done) - done));
      found(match->id);
      done = match->end;
    }
    between(text.substr(done));
  }

  bool fits(std::string_view text, std::size_t done, LiteralMatcher::Match& match) const;

  std::vector<AddedToken> list_;
  LiteralMatcher plain_;
  LiteralMatcher normalized_;
  std::unordered_map<TokenId, Manner> manners_;       ///< by id
  std::unordered_map<TokenId, std::string> spelled_;  ///< by id, of those that normalising changes
  bool has_manners_ = false;                          ///< whether a token has one that matters in searching
};

}  // namespace folio
