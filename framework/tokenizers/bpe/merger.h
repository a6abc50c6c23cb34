#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/pair_map.h"

namespace folio::bpe {

/// Applies merges to a word's tokens: of all pairs the first with the lowest rank, until no pair has a rule.
class Merger {
 public:
  /// Of two rules for one pair the later counts.
  void add(TokenId left, TokenId right, std::int32_t rank, TokenId result);

  /// Appends what the tokens of a word become.
  void merge(std::span<const TokenId> word, std::vector<TokenId>& ids) const;

 private:
  struct Rule {
    std::int32_t rank = 0;  ///< the smallest is applied first
    TokenId result = 0;
  };

  void merge_short(std::span<const TokenId> word, std::vector<TokenId>& ids) const;
  void merge_long(std::span<const TokenId> word, std::vector<TokenId>& ids) const;

  PairMap<Rule> rules_;
};

}  // namespace folio::bpe
