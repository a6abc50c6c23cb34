#include "tokenizers/wordpiece/tokenizer.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "reference.h"

using namespace folio;

namespace {

std::vector<std::string> tokens_of(const wordpiece::WordPieceTokenizer& tokenizer, const std::string& text) {
  const auto vocabulary = nlohmann::json::parse(tokenizer.to_json())["model"]["vocab"];
  std::vector<std::string> tokens;
  for (const TokenId id : tokenizer.encode(text)) {
    for (const auto& [token, its_id] : vocabulary.items())
      if (its_id == id) tokens.push_back(token);
  }
  return tokens;
}

using Tokens = std::vector<std::string>;

}  // namespace

TEST_CASE("wordpiece says how large the vocabulary must be at least") {
  wordpiece::WordPieceTokenizer tokenizer({.vocab_size = 9});
  const TextSource text = [](const auto& sink) { sink("low Low"); };
  CHECK_THROWS_WITH(
      tokenizer.train(text, special_tokens_of(Objective::masked), {}),
      "vocab_size is 9, but 5 special tokens and the text's 3 characters, each at the beginning of words and "
      "inside them, need at least 10; a smaller limit_alphabet needs fewer");
  CHECK_THROWS_AS(tokenizer.train(text, special_tokens_of(Objective::masked), {}), Error);
}

TEST_CASE("wordpiece refuses a prefix that no file may have") {
  wordpiece::WordPieceTokenizer tokenizer({.vocab_size = 100, .continuing_prefix = std::string(65, '#')});
  CHECK_THROWS_WITH(tokenizer.train([](const auto& sink) { sink("low"); }, {}, {}),
                    "continuing_subword_prefix has 65 bytes, expected at most 64");
}

TEST_CASE("wordpiece with the smallest vocabulary cuts into characters") {
  const auto tokenizer = test::trained("low low", 10);
  CHECK(tokenizer.vocab_size() == 10);
  CHECK(tokens_of(tokenizer, "Low") == Tokens{"l", "##o", "##w"});
}

TEST_CASE("wordpiece merges the most frequent pair first, and of equals the one with the smaller ids") {
  // "l ##o" and "##o ##w" stand three times each; 'l' comes before '##o'.
  const auto tokenizer = test::trained("low low\nlow", 11);
  CHECK(tokens_of(tokenizer, "low") == Tokens{"lo", "##w"});
}

TEST_CASE("wordpiece adds the unknown token when it is not asked for, and gives it for what it cannot write") {
  wordpiece::WordPieceTokenizer tokenizer({.vocab_size = 100});
  tokenizer.train([](const auto& sink) { sink("a small text"); }, {SpecialToken::end_of_text}, {});
  CHECK(tokenizer.special_token_id(SpecialToken::end_of_text, 0) == 0);
  CHECK(tokenizer.special_token_id(SpecialToken::unknown, 0) == 1);
  CHECK(tokens_of(tokenizer, "small zoo a") == Tokens{"small", "[UNK]", "a"});
}

TEST_CASE("wordpiece leaves rare characters out where the alphabet is limited, and keeps the smaller of equals") {
  const auto tokenizer = test::trained("aaa bbb ab xa ya", {.vocab_size = 100, .limit_alphabet = 3});
  CHECK(tokens_of(tokenizer, "x") == Tokens{"x"});
  CHECK(tokens_of(tokenizer, "y") == Tokens{"[UNK]"});
}

TEST_CASE("wordpiece takes as unknown a word that is longer than the limit") {
  const auto tokenizer =
      test::trained("aaaa \u00e9\u00e9\u00e9\u00e9",
                    {.vocab_size = 100, .max_input_chars_per_word = 4, .normalization = {.strip_accents = false}});
  CHECK(tokens_of(tokenizer, "aaaa") == Tokens{"aaaa"});
  CHECK(tokens_of(tokenizer, "\u00e9\u00e9\u00e9\u00e9") == Tokens{"\u00e9\u00e9\u00e9\u00e9"});
  CHECK(tokens_of(tokenizer, "aaaaa") == Tokens{"[UNK]"});
}

TEST_CASE("wordpiece cuts a word that the prefix stands in as it does others") {
  const auto tokenizer = test::trained("xab ab xb bab", {.vocab_size = 100, .continuing_prefix = "x"});
  for (const std::string word : {"xab", "ab", "bab", "xb"})
    CHECK(tokenizer.decode(tokenizer.encode(word), false) == word);
}

TEST_CASE("wordpiece takes NUL bytes, text without words, a word of a million letters and a line of as many words") {
  const auto tokenizer = test::trained("the cat sat on the mat", 60);
  CHECK(tokenizer.encode(std::string("the\0cat", 7)) == tokenizer.encode("thecat"));
  CHECK(tokenizer.encode(" \n\t \u3000").empty());
  CHECK(tokens_of(tokenizer, std::string(1'000'000, 'a')) == Tokens{"[UNK]"});
  std::string line;
  for (int i = 0; i < 1'000'000; ++i) line += "cat ";
  CHECK(tokenizer.encode(line).size() == 1'000'000 * tokenizer.encode("cat").size());
}
