// The parts that the trainer and the encoder are made of, against the plainest way to do the same.

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include "tokenizers/unigram/double_array.h"
#include "tokenizers/unigram/lattice.h"
#include "tokenizers/unigram/seeds.h"
#include "tokenizers/unigram/shards.h"

using namespace folio;
using namespace folio::unigram;

namespace {

std::string random_word(std::mt19937& random, std::size_t longest, int letters) {
  std::string word;
  for (std::size_t length = 1 + random() % longest; length > 0; --length)
    word += static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(letters)));
  return word;
}

DoubleArray trie_of(const std::vector<std::string>& sorted) {
  std::vector<DoubleArray::Key> keys;
  for (const std::string& text : sorted) keys.push_back({text, static_cast<std::int32_t>(keys.size())});
  return DoubleArray(keys);
}

/// Calls `visit` with each way to cut the word, as indices of pieces.
template <typename Visit>
void each_way(const std::vector<std::string>& pieces, const std::string& word, std::vector<std::size_t>& way,
              const Visit& visit) {
  if (word.empty()) visit(way);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!word.starts_with(pieces[i]) || word.empty()) continue;
    way.push_back(i);
    each_way(pieces, word.substr(pieces[i].size()), way, visit);
    way.pop_back();
  }
}

}  // namespace

TEST_CASE("the double array finds its keys and no others, also with NUL and high bytes") {
  std::mt19937 random(3);
  std::set<std::string> keys;
  while (keys.size() < 5000) {
    std::string key;
    for (std::size_t length = 1 + random() % 6; length > 0; --length) key += static_cast<char>(random() % 7 * 42);
    keys.insert(key);
  }
  std::vector<std::string> sorted(keys.begin(), keys.end());
  std::sort(sorted.begin(), sorted.end());
  const DoubleArray trie = trie_of(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) REQUIRE(trie.find(sorted[i]) == static_cast<std::int32_t>(i));
  for (int i = 0; i < 20000; ++i) {
    std::string key;
    for (std::size_t length = random() % 8; length > 0; --length) key += static_cast<char>(random() % 7 * 42);
    REQUIRE((trie.find(key) != DoubleArray::kNoValue) == keys.contains(key));
  }
  CHECK(DoubleArray({}).find("a") == DoubleArray::kNoValue);
}

TEST_CASE("the lattice's expectations and best cut are those of all ways looked at one by one") {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::set<std::string> distinct{"a", "b", "c"};
    while (distinct.size() < 14) distinct.insert(random_word(random, 4, 3));
    const std::vector<std::string> pieces(distinct.begin(), distinct.end());
    std::vector<double> probabilities;
    std::vector<double> scores;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      probabilities.push_back(static_cast<double>(1 + random() % 1000) / 10000);
      scores.push_back(std::log(probabilities.back()));
    }
    const std::string word = random_word(random, 9, 3);
    double all = 0;
    double best = 0;
    std::vector<double> expected(pieces.size());
    std::vector<std::size_t> way;
    each_way(pieces, word, way, [&](const std::vector<std::size_t>& found) {
      double probability = 1;
      for (const std::size_t piece : found) probability *= probabilities[piece];
      for (const std::size_t piece : found) expected[piece] += 5 * probability;
      all += probability;
      best = std::max(best, probability);
    });
    const DoubleArray trie = trie_of(pieces);
    Lattice lattice(trie);
    std::vector<double> got(pieces.size());
    lattice.add_expected(word, 5, probabilities, got);
    for (std::size_t i = 0; i < pieces.size(); ++i) REQUIRE(got[i] == Approx(expected[i] / all).margin(1e-12));
    CHECK(lattice.find_best(word, scores) == Approx(std::log(best)));
  }
}

TEST_CASE("the lattice's expectations add up for a word whose probability is too small for a number") {
  const DoubleArray trie = trie_of({"a", "aa"});
  Lattice lattice(trie);
  std::vector<double> got(2);
  lattice.add_expected(std::string(1000, 'a'), 1, {1e-8, 1e-16}, got);
  CHECK(got[0] + 2 * got[1] == Approx(1000));  // every letter is in one piece
  CHECK(got[1] > 100);
}

TEST_CASE("the best cut does without the piece that is not wanted") {
  const DoubleArray trie = trie_of({"a", "ab", "b"});
  Lattice lattice(trie);
  CHECK(lattice.find_best("ab", {-2, -1, -2}) == -1);
  CHECK(lattice.find_best("ab", {-2, -1, -2}, 1) == -4);
  CHECK(lattice.best() == std::vector<std::int32_t>{2, 0});
  CHECK(lattice.find_best("a", {-2, -1, -2}, 0) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("seeds are the characters and the substrings that cannot be longer and stand as often") {
  std::mt19937 random(9);
  WordCounter chunks;
  std::set<std::string> words;
  for (int i = 0; i < 60; ++i) words.insert("▁" + random_word(random, 12, 3) + (i % 3 == 0 ? "é" : ""));
  for (const std::string& word : words) chunks.add(word.substr(3));
  constexpr std::size_t kLongest = 5;

  // How often each substring stands, by every character that follows; a word's end is like no other.
  std::map<std::u32string, std::map<std::uint64_t, int>> followers;
  std::uint64_t ends = 1'000'000;
  for (const std::string& word : words) {
    std::u32string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const auto byte = static_cast<unsigned char>(word[i]);
      if (byte < 0x80) text += byte;
      if (byte == 0xE2) text += U'▁';
      if (byte == 0xC3) text += U'é';
    }
    for (std::size_t begin = 0; begin < text.size(); ++begin)
      for (std::size_t end = begin + 1; end <= text.size(); ++end)
        followers[text.substr(begin, end - begin)][end < text.size() ? text[end] : ends++]++;
  }
  std::map<std::size_t, std::multiset<double>> expected;  // weights by length
  for (const auto& [text, next] : followers) {
    int count = 0;
    for (const auto& [c, times] : next) count += times;
    if (text.size() == 1 || (text.size() <= kLongest && next.size() > 1))
      expected[text.size()].insert(static_cast<double>(count) * static_cast<double>(text.size()));
  }
  std::map<std::size_t, std::multiset<double>> got;
  const auto seeds = make_seeds(Words(chunks.entries(), NormalizationForm::none), kLongest, 1'000'000);
  for (const Seed& seed : seeds) {
    const auto length = std::count_if(seed.text.begin(), seed.text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    got[static_cast<std::size_t>(length)].insert(seed.weight);
  }
  CHECK(got == expected);
  CHECK(std::is_sorted(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.text < b.text; }));
  CHECK(make_seeds(Words(chunks.entries(), NormalizationForm::none), kLongest, 40).size() == 40);
}

TEST_CASE("each shard is worked on once, and what goes wrong in one is told") {
  std::vector<std::atomic<int>> done(100);
  for_each_shard(done.size(), [&](std::size_t shard) { ++done[shard]; });
  for (const auto& times : done) REQUIRE(times == 1);
  CHECK_THROWS_AS(for_each_shard(5,
                                 [](std::size_t shard) {
                                   if (shard == 3) throw std::runtime_error("three");
                                 }),
                  std::runtime_error);
}
