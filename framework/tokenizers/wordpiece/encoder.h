#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/bert_normalizer.h"
#include "text/bert_splitter.h"
#include "text/word_cache.h"
#include "tokenizers/pair_map.h"
#include "tokenizers/wordpiece/vocabulary.h"

namespace folio::wordpiece {

/// Turns text without added tokens into ids. Immutable but for its caches; may be used by several threads at once.
class Encoder {
 public:
  /// The vocabulary has its unknown token.
  explicit Encoder(const Vocabulary& vocabulary);

  /// Appends the ids of the text to `ids`.
  void encode(std::string_view text, std::vector<TokenId>& ids) const;

  /// The same for text that has been normalised.
  void encode_normalized(std::string_view text, std::vector<TokenId>& ids) const;

  /// The same for one word of it.
  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;

  const BertNormalizer& normalizer() const { return normalizer_; }

 private:
  /// A prefix tree of tokens by their bytes. A node is a number; 0 and 1 are roots.
  struct Tree {
    PairMap<std::int32_t> children;  ///< by node and byte
    std::vector<TokenId> ids;        ///< of the token that ends at each node, -1 where none does
  };
  static constexpr std::int32_t kBeginning = 0;   ///< root of all tokens as they are written
  static constexpr std::int32_t kContinuing = 1;  ///< root of those with the prefix, without it

  void enter(std::int32_t root, std::string_view spelling, TokenId id);
  void encode_stretch(std::string_view stretch, std::string& scratch, std::vector<TokenId>& ids) const;
  bool cut(std::string_view word, std::vector<TokenId>& ids) const;

  const BertNormalizer normalizer_;
  const BertSplitter splitter_;
  const std::size_t max_chars_;
  TokenId unknown_id_ = -1;
  Tree tree_;
  mutable WordCachePool caches_;
};

}  // namespace folio::wordpiece
