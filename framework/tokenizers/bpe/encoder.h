#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/word_cache.h"
#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/vocabulary.h"

namespace folio::bpe {

/// Turns text without added tokens into ids. Immutable but for its caches; may be used by several threads at once.
class Encoder {
 public:
  /// The vocabulary has a token for every byte.
  explicit Encoder(const Vocabulary& vocabulary);

  /// Appends the ids of the text to `ids`.
  void encode(std::string_view text, std::vector<TokenId>& ids) const;

 private:
  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;

  const WordEnd word_end_;
  std::array<TokenId, 256> byte_ids_{};
  Merger merger_;
  /// Words that are a token as they stand, where merges are ignored for these; by their bytes.
  std::unordered_map<std::string, TokenId> whole_words_;
  mutable WordCachePool caches_;
};

}  // namespace folio::bpe
