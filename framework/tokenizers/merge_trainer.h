#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/pair_map.h"

namespace folio {

/// Two neighbouring tokens that become one.
struct Merge {
  TokenId left = 0;
  TokenId right = 0;
  TokenId result = 0;

  bool operator==(const Merge&) const = default;
};

/// Learns merges from words: again and again the pair of neighbouring tokens that stands most often, of equally
/// frequent ones that with the smaller ids, becomes a token (Sennrich et al. 2016). What the words' first tokens are
/// and how the spellings of two tokens join is the caller's affair; that makes it byte-pair encoding or WordPiece.
///
/// The result is that of the merge loop of Hugging Face's BpeTrainer for the same first tokens, also in what it does
/// where two merges spell the same token: the later pair gets the token that is there.
class MergeTrainer {
 public:
  /// The spelling of the token that `left` and `right` become.
  using Join = std::function<std::string(const std::string& left, const std::string& right)>;

  /// `tokens`, which are distinct, get the ids from 0 on.
  MergeTrainer(std::vector<std::string> tokens, Join join);

  /// A distinct word, cut into tokens, that stands `count` times. To be called before learn().
  void add_word(std::span<const TokenId> symbols, std::int64_t count);

  /// Merges until there are `vocab_size` tokens or no pair is left that stands at least `min_frequency` times (0 and 1
  /// merge all). `progress` is told in merges. To be called once.
  void learn(std::size_t vocab_size, std::int64_t min_frequency, const Progress& progress);

  const std::vector<std::string>& tokens() const { return tokens_; }

  /// In the order in which they were learned. A pair can be merged twice.
  const std::vector<Merge>& merges() const { return merges_; }

 private:
  /// A distinct word: its tokens are symbols_[begin, begin + length), and it stands `count` times.
  struct Word {
    std::size_t begin = 0;
    std::uint32_t length = 0;
    std::int64_t count = 0;
  };

  /// A pair that could be merged, with the words in which it came to stand when the candidate was made. Its count may
  /// have changed since; that is looked up when the candidate comes to the front.
  struct Candidate {
    std::int64_t count = 0;
    PairKey pair = 0;
    std::size_t first_word = 0;  ///< in word_lists_
    std::uint32_t words = 0;
  };

  /// Whether `a` is merged after `b`.
  struct ComesLater {
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.count != b.count) return a.count < b.count;
      if (a.pair != b.pair) return a.pair > b.pair;
      return a.first_word > b.first_word;
    }
  };

  struct NewPair {
    PairKey pair;
    std::uint32_t word;
  };

  void count_first_pairs();
  bool next_candidate(std::int64_t min_frequency, Candidate& candidate);
  void merge(const Candidate& candidate);
  void merge_in_word(const Merge& merge, std::uint32_t index);
  void enter_new_pairs();

  const Join join_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, TokenId> ids_;
  std::vector<Merge> merges_;

  std::vector<TokenId> symbols_;
  std::vector<Word> words_;

  // How often each pair stands. A merge does not take away what the merged pair itself counted: what is left over
  // counts again should the pair come up once more, and Hugging Face's trainer, which must be met, has it so.
  PairMap<std::int64_t> counts_;
  std::vector<NewPair> new_pairs_;  ///< that the step at hand brought up
  std::vector<std::uint32_t> word_lists_;
  std::priority_queue<Candidate, std::vector<Candidate>, ComesLater> queue_;
};

}  // namespace folio
