#include "tokenizers/bpe/trainer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <queue>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "text/byte_alphabet.h"
#include "tokenizers/bpe/pair_map.h"

namespace folio::bpe {
namespace {

constexpr std::size_t kMergesBetweenReports = 1024;

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

class Trainer {
 public:
  Trainer(const std::vector<WordCounter::Entry>& words, const std::vector<std::string>& special_tokens);

  void learn(const TrainingOptions& options, const Progress& progress);
  Vocabulary take_vocabulary();

 private:
  struct NewPair {
    PairKey pair;
    std::uint32_t word;
  };

  TokenId add_token(const std::string& text);
  void add_words(const std::vector<WordCounter::Entry>& words);
  void count_first_pairs();
  bool next_candidate(std::int64_t min_frequency, Candidate& candidate);
  void merge(const Candidate& candidate);
  void merge_in_word(const Merge& merge, std::uint32_t index);
  void enter_new_pairs();

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, TokenId> ids_;
  std::array<TokenId, 256> byte_ids_{};
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

Trainer::Trainer(const std::vector<WordCounter::Entry>& words, const std::vector<std::string>& special_tokens) {
  for (const std::string& token : special_tokens) add_token(token);
  std::array<int, 256> bytes{};
  std::iota(bytes.begin(), bytes.end(), 0);
  std::sort(bytes.begin(), bytes.end(), [](int a, int b) { return kByteAlphabet[a] < kByteAlphabet[b]; });
  for (const int byte : bytes) byte_ids_[byte] = add_token(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
  add_words(words);
  count_first_pairs();
}

TokenId Trainer::add_token(const std::string& text) {
  const auto [place, is_new] = ids_.emplace(text, static_cast<TokenId>(tokens_.size()));
  if (is_new) tokens_.push_back(text);
  return place->second;
}

void Trainer::add_words(const std::vector<WordCounter::Entry>& words) {
  words_.reserve(words.size());
  for (const auto& [word, count] : words) {
    words_.push_back({symbols_.size(), static_cast<std::uint32_t>(word.size()), count});
    for (const char byte : word) symbols_.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
  }
}

void Trainer::count_first_pairs() {
  for (std::uint32_t index = 0; index < words_.size(); ++index) {
    const Word& word = words_[index];
    for (std::size_t at = word.begin; at + 1 < word.begin + word.length; ++at) {
      const PairKey pair = pair_key(symbols_[at], symbols_[at + 1]);
      counts_[pair] += word.count;
      new_pairs_.push_back({pair, index});
    }
  }
  enter_new_pairs();
}

void Trainer::learn(const TrainingOptions& options, const Progress& progress) {
  const auto total = static_cast<double>(options.vocab_size - tokens_.size());
  const auto report = [&](double done) {
    if (progress) progress(done, total);
  };
  Candidate candidate;
  while (tokens_.size() < options.vocab_size && next_candidate(options.min_frequency, candidate)) {
    merge(candidate);
    if (merges_.size() % kMergesBetweenReports == 0) report(static_cast<double>(merges_.size()));
  }
  report(total);
}

/// Takes the most frequent pair from the queue; false when none is left that is frequent enough.
bool Trainer::next_candidate(std::int64_t min_frequency, Candidate& candidate) {
  while (!queue_.empty()) {
    candidate = queue_.top();
    queue_.pop();
    const std::int64_t count = *counts_.find(candidate.pair);
    assert(count >= 0);
    if (count == candidate.count) return count >= min_frequency;
    candidate.count = count;
    if (count > 0) queue_.push(candidate);
  }
  return false;
}

void Trainer::merge(const Candidate& candidate) {
  const TokenId left = left_of(candidate.pair);
  const TokenId right = right_of(candidate.pair);
  const Merge step{left, right, add_token(tokens_[left] + tokens_[right])};
  merges_.push_back(step);
  for (std::uint32_t i = 0; i < candidate.words; ++i) merge_in_word(step, word_lists_[candidate.first_word + i]);
  enter_new_pairs();
}

/// Merges from left to right within the word, keeping count of the pairs that go and come.
void Trainer::merge_in_word(const Merge& merge, std::uint32_t index) {
  Word& word = words_[index];
  TokenId* const symbols = symbols_.data() + word.begin;
  const auto change = [&](TokenId left, TokenId right, TokenId new_left, TokenId new_right) {
    counts_[pair_key(left, right)] -= word.count;
    const PairKey pair = pair_key(new_left, new_right);
    counts_[pair] += word.count;
    new_pairs_.push_back({pair, index});
  };
  std::uint32_t written = 0;
  for (std::uint32_t at = 0; at < word.length; ++at) {
    if (symbols[at] != merge.left || at + 1 == word.length || symbols[at + 1] != merge.right) {
      symbols[written++] = symbols[at];
      continue;
    }
    if (written > 0) change(symbols[written - 1], merge.left, symbols[written - 1], merge.result);
    if (at + 2 < word.length) change(merge.right, symbols[at + 2], merge.result, symbols[at + 2]);
    symbols[written++] = merge.result;
    ++at;
  }
  word.length = written;
}

/// Makes a candidate of each pair that came up, with the words in which it did.
void Trainer::enter_new_pairs() {
  std::sort(new_pairs_.begin(), new_pairs_.end(),
            [](const NewPair& a, const NewPair& b) { return a.pair != b.pair ? a.pair < b.pair : a.word < b.word; });
  for (std::size_t i = 0; i < new_pairs_.size();) {
    const PairKey pair = new_pairs_[i].pair;
    const std::size_t first_word = word_lists_.size();
    for (; i < new_pairs_.size() && new_pairs_[i].pair == pair; ++i) {
      const bool seen = word_lists_.size() > first_word && word_lists_.back() == new_pairs_[i].word;
      if (!seen) word_lists_.push_back(new_pairs_[i].word);
    }
    const std::int64_t count = *counts_.find(pair);
    if (count > 0) queue_.push({count, pair, first_word, static_cast<std::uint32_t>(word_lists_.size() - first_word)});
  }
  new_pairs_.clear();
}

Vocabulary Trainer::take_vocabulary() {
  // A pair that was merged twice counts where it was merged last.
  std::unordered_set<PairKey> seen;
  std::vector<Merge> merges;
  for (auto merge = merges_.rbegin(); merge != merges_.rend(); ++merge) {
    if (seen.insert(pair_key(merge->left, merge->right)).second) merges.push_back(*merge);
  }
  std::reverse(merges.begin(), merges.end());
  return {std::move(tokens_), std::move(merges), {}};
}

}  // namespace

Vocabulary train(const std::vector<WordCounter::Entry>& words, const std::vector<std::string>& special_tokens,
                 const TrainingOptions& options, const Progress& progress) {
  Trainer trainer(words, special_tokens);
  trainer.learn(options, progress);
  return trainer.take_vocabulary();
}

}  // namespace folio::bpe
