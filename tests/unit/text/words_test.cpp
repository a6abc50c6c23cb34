#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

#include "text/word_cache.h"
#include "text/word_counter.h"

using namespace folio;

namespace {

using Tokens = std::vector<std::int32_t>;

WordCache::Key key_of(std::string_view word) { return WordCache::key_of(word, 0, word.size()).value(); }

Tokens found(const WordCache& cache, std::string_view word) {
  const auto tokens = cache.find(key_of(word));
  return {tokens.begin(), tokens.end()};
}

}  // namespace

TEST_CASE("the word counter counts as a map does, in the order of first appearance") {
  std::mt19937 random(1);
  std::map<std::string, std::int64_t> expected;
  std::vector<std::string> order;
  WordCounter counter;
  for (int i = 0; i < 50000; ++i) {
    const std::string word = "w" + std::to_string(random() % 10000);
    if (++expected[word] == 1) order.push_back(word);
    counter.add(word);
  }
  REQUIRE(counter.entries().size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    REQUIRE(counter.entries()[i].word == order[i]);
    REQUIRE(counter.entries()[i].count == expected[order[i]]);
  }
}

TEST_CASE("the word counter keeps words whose text is gone, and tells NUL bytes apart") {
  WordCounter counter;
  {
    std::string text("a\0b", 3);
    counter.add(text);
    counter.add(std::string("a"));
    text.assign(3, 'x');
  }
  REQUIRE(counter.entries().size() == 2);
  CHECK(counter.entries()[0].word == std::string_view("a\0b", 3));
}

TEST_CASE("the word cache gives back what was put, and nothing for a word it does not know") {
  WordCache cache;
  CHECK(found(cache, "the").empty());
  cache.put(key_of("the"), Tokens{1, 2, 3});
  cache.put(key_of(std::string_view("the\0", 4)), Tokens{9});
  CHECK(found(cache, "the") == Tokens{1, 2, 3});
  CHECK(found(cache, std::string_view("the\0", 4)) == Tokens{9});
  CHECK(found(cache, "them").empty());
}

TEST_CASE("the word cache tells words of every length apart and passes over longer ones") {
  WordCache cache;
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  for (std::size_t length = 1; length <= WordCache::kMaxWordBytes; ++length)
    cache.put(*WordCache::key_of(letters, 1, 1 + length), Tokens{static_cast<std::int32_t>(length)});
  for (std::size_t length = 1; length <= WordCache::kMaxWordBytes; ++length) {
    // The same word from other surroundings, and at the very end of its text.
    CHECK(found(cache, letters.substr(1, length)) == Tokens{static_cast<std::int32_t>(length)});
    CHECK(WordCache::key_of(letters + "?", 1, 1 + length) == key_of(letters.substr(1, length)));
  }
  CHECK_FALSE(WordCache::key_of(letters, 0, WordCache::kMaxWordBytes + 1));
  CHECK_FALSE(WordCache::key_of(letters, 0, 0));
}

TEST_CASE("the word cache is bounded and never mixes words up when it is full") {
  WordCache cache;
  int kept = 0;
  constexpr int kWords = 200000;
  for (int i = 0; i < kWords; ++i) cache.put(key_of("w" + std::to_string(i)), Tokens{i, i + 1});
  for (int i = 0; i < kWords; ++i) {
    const Tokens tokens = found(cache, "w" + std::to_string(i));
    if (tokens.empty()) continue;
    ++kept;
    REQUIRE(tokens == Tokens{i, i + 1});
  }
  CHECK(kept > 10000);
  CHECK(kept < kWords);
}

TEST_CASE("words with too many tokens are not kept") {
  WordCache cache;
  cache.put(key_of("short"), Tokens(WordCache::kMaxTokens, 5));
  cache.put(key_of("long"), Tokens(WordCache::kMaxTokens + 1, 5));
  CHECK(found(cache, "short") == Tokens(WordCache::kMaxTokens, 5));
  CHECK(found(cache, "long").empty());
}

TEST_CASE("a pool lends different caches at one time, and one that has learned again later") {
  WordCachePool pool;
  {
    const auto first = pool.borrow();
    const auto second = pool.borrow();
    CHECK(&*first != &*second);
    first->put(key_of("x"), Tokens{4});
    second->put(key_of("x"), Tokens{4});
  }
  CHECK(found(*pool.borrow(), "x") == Tokens{4});
}
