#include "tokenizers/merge_trainer.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace folio {
namespace {

constexpr std::size_t kMergesBetweenReports = 1024;

}  // namespace

// The pairs of all words are counted once; from then on a merge touches only the words where its pair came up, as in
// Hugging Face's BpeTrainer (tokenizers, models/bpe/trainer.rs). counts_ says how often each pair stands, and the queue
// has a candidate for each, with the words where it came up. Counts in the queue go stale: a merge takes pairs away and
// does not look for their candidates; one that comes to the front with an old count is put back with the new one
// (next_candidate). That is enough because counts only sink once a candidate is made: the pairs that a merge brings up
// hold its token, which is new. Only where the token was there before, as two merges spell the same, can a pair come up
// again; it then gets a second candidate, with the words where it did.

MergeTrainer::MergeTrainer(std::vector<std::string> tokens, Join join)
    : join_(std::move(join)), tokens_(std::move(tokens)) {
  for (std::size_t id = 0; id < tokens_.size(); ++id) ids_.emplace(tokens_[id], static_cast<TokenId>(id));
  assert(ids_.size() == tokens_.size());
}

void MergeTrainer::add_word(std::span<const TokenId> symbols, std::int64_t count) {
  words_.push_back({symbols_.size(), static_cast<std::uint32_t>(symbols.size()), count});
  symbols_.insert(symbols_.end(), symbols.begin(), symbols.end());
}

void MergeTrainer::count_first_pairs() {
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

void MergeTrainer::learn(std::size_t vocab_size, std::int64_t min_frequency, const Progress& progress) {
  assert(vocab_size >= tokens_.size());
  count_first_pairs();
  const auto total = static_cast<double>(vocab_size - tokens_.size());
  const auto report = [&](double done) {
    if (progress) progress(done, total);
  };
  Candidate candidate;
  while (tokens_.size() < vocab_size && next_candidate(min_frequency, candidate)) {
    merge(candidate);
    if (merges_.size() % kMergesBetweenReports == 0) report(static_cast<double>(merges_.size()));
  }
  report(total);
}

/// Takes the most frequent pair from the queue; false when none is left that is frequent enough.
bool MergeTrainer::next_candidate(std::int64_t min_frequency, Candidate& candidate) {
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

void MergeTrainer::merge(const Candidate& candidate) {
  const TokenId left = left_of(candidate.pair);
  const TokenId right = right_of(candidate.pair);
  const auto [token, is_new] = ids_.emplace(join_(tokens_[left], tokens_[right]), static_cast<TokenId>(tokens_.size()));
  if (is_new) tokens_.push_back(token->first);
  const Merge step{left, right, token->second};
  merges_.push_back(step);
  for (std::uint32_t i = 0; i < candidate.words; ++i) merge_in_word(step, word_lists_[candidate.first_word + i]);
  enter_new_pairs();
}

/// Merges from left to right within the word, keeping count of the pairs that go and come.
void MergeTrainer::merge_in_word(const Merge& merge, std::uint32_t index) {
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
void MergeTrainer::enter_new_pairs() {
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

}  // namespace folio
