#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text/unicode_normalizer.h"
#include "text/word_cache.h"
#include "tokenizers/unigram/double_array.h"
#include "tokenizers/unigram/vocabulary.h"

namespace folio::unigram {

/// Turns text without added tokens into ids: of all ways to cut a word into pieces the one with the highest sum of
/// scores. Equal to Hugging Face's tokenizers to the last bit of the sums, so that of equals the same one wins.
/// Immutable but for its caches; may be used by several threads at once.
class Encoder {
 public:
  /// The scores are finite. Of equal pieces the last counts, an empty one is never found. Where unk_id is negative, a
  /// text with a character that cannot be written is an Error (run).
  explicit Encoder(const Vocabulary& vocabulary);

  /// Appends the ids of the text to `ids`. A word is what follows a space, with a space mark in front of it; the text's
  /// beginning gets one too, unless it has a space there.
  void encode(std::string_view text, std::vector<TokenId>& ids) const;

  /// Appends the ids of a word that has been normalised and has its space mark.
  void encode_ready_word(std::string_view word, std::vector<TokenId>& ids) const;

 private:
  /// Room for work on one text.
  struct Scratch {
    std::string chunk;             ///< a word as the pieces see it
    std::vector<double> scores;    ///< of the best way to each of the last places, in a ring
    std::vector<TokenId> arrived;  ///< the last piece of the best way to each place of a word
  };

  bool begins_with_space(std::string_view chunk) const;
  void encode_chunk(std::string_view chunk, bool mark, Scratch& scratch, std::vector<TokenId>& ids) const;
  void encode_word(std::string_view word, Scratch& scratch, std::vector<TokenId>& ids) const;
  void find_best(std::string_view word, Scratch& scratch) const;
  void put_pieces(std::string_view word, const std::vector<TokenId>& arrived, std::vector<TokenId>& ids) const;
  void put_unknown(std::string_view text, std::vector<TokenId>& reversed) const;

  UnicodeNormalizer normalizer_;
  DoubleArray pieces_;
  std::vector<double> scores_;          ///< by id
  std::vector<std::uint32_t> lengths_;  ///< of the pieces in bytes, by id
  std::size_t ring_ = 0;                ///< places of the ring of scores, a power of two
  TokenId unk_id_ = 0;
  double unk_score_ = 0;
  std::array<TokenId, 256> byte_ids_{};  ///< kNoValue for a byte without a piece, or all without byte fallback
  mutable WordCachePool caches_;
};

}  // namespace folio::unigram
