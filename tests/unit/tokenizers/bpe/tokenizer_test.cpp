#include "tokenizers/bpe/tokenizer.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "reference.h"

using namespace folio;

namespace {

std::vector<std::string> tokens_of(const bpe::BpeTokenizer& tokenizer, const std::string& text) {
  std::vector<std::string> tokens;
  for (const TokenId id : tokenizer.encode(text)) tokens.push_back(tokenizer.decode(std::span(&id, 1), false));
  return tokens;
}

}  // namespace

TEST_CASE("bpe says how large the vocabulary must be at least") {
  bpe::BpeTokenizer tokenizer({.vocab_size = 100});
  const TextSource text = [](const auto& sink) { sink("some text"); };
  CHECK_THROWS_WITH(tokenizer.train(text, {SpecialToken::end_of_text}, {}),
                    "vocab_size is 100, but the 256 bytes and 1 special token need at least 257");
  CHECK_THROWS_WITH(tokenizer.train(text, special_tokens_of(Objective::masked), {}),
                    "vocab_size is 100, but the 256 bytes and 5 special tokens need at least 261");
}

TEST_CASE("bpe with the smallest vocabulary cuts into bytes") {
  const auto tokenizer = test::trained("low low low", 257, Objective::causal);
  CHECK(tokenizer.vocab_size() == 257);
  CHECK(tokens_of(tokenizer, "low") == std::vector<std::string>{"l", "o", "w"});
}

TEST_CASE("bpe merges the most frequent pair first, and of equals the one with the smaller ids") {
  // Pairs: "lo" and "ow" stand three times each; 'l' < 'o'.
  const auto tokenizer = test::trained("low low\nlow", 258, Objective::causal);
  CHECK(tokens_of(tokenizer, "low") == std::vector<std::string>{"lo", "w"});
}

TEST_CASE("bpe leaves pairs alone that are rarer than min_frequency") {
  bpe::BpeTokenizer tokenizer({.vocab_size = 1000, .min_frequency = 2});
  tokenizer.train([](const auto& sink) { sink("aab aa bb"); }, {}, {});
  // " a", " b" and "bb" stand once, "aa" twice.
  CHECK(tokenizer.vocab_size() == 257);
  CHECK(tokens_of(tokenizer, "aab") == std::vector<std::string>{"aa", "b"});
}

TEST_CASE("bpe learns from each text of a corpus on its own") {
  bpe::BpeTokenizer apart({.vocab_size = 300});
  apart.train(
      [](const auto& sink) {
        sink("xy");
        sink("zw");
      },
      {}, {});
  CHECK(apart.vocab_size() == 258);  // "xy" and "zw", nothing across
}

TEST_CASE("bpe takes a word of a million letters") {
  const auto tokenizer = test::trained("aaaa aaaaaaaa aa", 270, Objective::causal);
  const std::string word(1'000'001, 'a');
  const auto ids = tokenizer.encode(word);
  CHECK(ids.size() < 300'000);
  CHECK(tokenizer.decode(ids, false) == word);
}

TEST_CASE("bpe cuts short and long words by the same rules") {
  // A word's cut does not change where the letters of another are put behind it that no merge crosses.
  const auto tokenizer = test::trained("abcabcab abca bcab cabc abab caca", 300, Objective::causal);
  std::string tail(100, 'z');
  for (const std::string word : {"abcabcab", "bbcacabca", "cabcabcabcabcabcabc", "aaaa", "abcbacbcabacabc"}) {
    auto expected = tokens_of(tokenizer, word);
    expected.insert(expected.end(), tail.size(), "z");
    CHECK(tokens_of(tokenizer, word + tail) == expected);
  }
}
