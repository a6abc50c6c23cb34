#include "tokenizers/unigram/tokenizer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "folio/error.h"
#include "reference.h"

using namespace folio;
using nlohmann::json;

namespace {

std::vector<std::string> tokens_of(const unigram::UnigramTokenizer& tokenizer, const std::string& text) {
  const json pieces = json::parse(tokenizer.to_json())["model"]["vocab"];
  std::vector<std::string> tokens;
  for (const TokenId id : tokenizer.encode(text)) tokens.push_back(pieces[static_cast<std::size_t>(id)][0]);
  return tokens;
}

/// Words of three syllables each.
std::string syllables(int words) {
  const std::vector<std::string> parts{"ka", "to", "mi", "ren", "sol"};
  std::string text;
  unsigned state = 1;
  for (int i = 0; i < 3 * words; ++i) {
    state = state * 1664525 + 1013904223;
    text += parts[(state >> 16) % parts.size()];
    if (i % 3 == 2) text += ' ';
  }
  return text;
}

}  // namespace

TEST_CASE("unigram says how large the vocabulary must be at least") {
  const TextSource text = [](const auto& sink) { sink("some text"); };
  unigram::UnigramTokenizer small({.vocab_size = 100});
  CHECK_THROWS_WITH(
      small.train(text, {SpecialToken::end_of_text}, {}),
      "vocab_size is 100, but the 256 bytes, 2 special tokens and 25 different characters need at least 283");
  unigram::UnigramTokenizer with_bytes({.vocab_size = 283});
  CHECK_NOTHROW(with_bytes.train(text, {SpecialToken::end_of_text}, {}));
  unigram::UnigramTokenizer plain({.vocab_size = 7, .byte_fallback = false});
  CHECK_THROWS_WITH(plain.train(text, {}, {}),
                    "vocab_size is 7, but 1 special token and 7 different characters need at least 8");
  unigram::UnigramTokenizer enough({.vocab_size = 8, .byte_fallback = false});
  enough.train(text, {}, {});
  CHECK(tokens_of(enough, "sex") == std::vector<std::string>{"▁", "s", "e", "x"});
}

TEST_CASE("unigram finds the parts of which words are made") {
  const auto tokenizer =
      test::trained_unigram(syllables(300), {.vocab_size = 22, .byte_fallback = false}, Objective::causal);
  CHECK(tokens_of(tokenizer, "katomi") == std::vector<std::string>{"▁", "ka", "to", "mi"});
  CHECK(tokens_of(tokenizer, "rensolka") == std::vector<std::string>{"▁", "ren", "sol", "ka"});
}

TEST_CASE("unigram's scores are logarithms of probabilities, highest first") {
  const auto tokenizer =
      test::trained_unigram(syllables(300), {.vocab_size = 60, .byte_fallback = false}, Objective::causal);
  const json pieces = json::parse(tokenizer.to_json())["model"]["vocab"];
  constexpr std::size_t special = 2;  // </s> and <unk>
  double sum = 0;
  for (std::size_t id = special; id < pieces.size(); ++id) {
    sum += std::exp(pieces[id][1].get<double>());
    if (id > special) CHECK(pieces[id][1] <= pieces[id - 1][1]);
  }
  CHECK(sum == Approx(1).margin(1e-6));
}

TEST_CASE("unigram always has an unknown token, behind those that were asked for") {
  const auto tokenizer =
      test::trained_unigram("low low low low lower", {.vocab_size = 20, .byte_fallback = false}, Objective::causal);
  CHECK(tokenizer.special_token_id(SpecialToken::end_of_text, 0) == 0);
  CHECK(tokenizer.special_token_id(SpecialToken::unknown, 0) == 1);
  CHECK(tokens_of(tokenizer, "lowzzz zzz low").back() == "▁low");
  CHECK(tokenizer.decode(tokenizer.encode("lowzzz"), false) == "low<unk>");
}

TEST_CASE("unigram with byte fallback gives back what it never saw") {
  const auto tokenizer = test::trained_unigram("low lower", {.vocab_size = 320}, Objective::causal);
  for (const std::string& text : {std::string("世界 low"), std::string("\0 nul\0", 6), std::string("a\n\n\tb\r\n"),
                                  std::string("<0x41> <0xe4>"), std::string("x  y   z "), std::string("\x7F\x01")}) {
    CHECK(tokenizer.decode(tokenizer.encode(text), false) == text);
  }
  CHECK(tokenizer.decode(tokenizer.encode(" low"), false) == "low");        // the one space that is lost
  CHECK(tokenizer.decode(tokenizer.encode("\xEF\xBC\xA1"), false) == "A");  // a wide A
}

TEST_CASE("unigram's vocabulary is smaller where the text does not give so many tokens") {
  const auto tokenizer = test::trained_unigram("low lower lowest", {.vocab_size = 32000}, Objective::causal);
  CHECK(tokenizer.vocab_size() < 300);
  CHECK(tokenizer.vocab_size() == static_cast<std::int64_t>(json::parse(tokenizer.to_json())["model"]["vocab"].size()));
}

TEST_CASE("unigram learns no piece that is spelled as a special token or a byte") {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "<unk> <0x41> x<unk> y<0x41>z ";
  const auto tokenizer = test::trained_unigram(text, {.vocab_size = 400}, Objective::causal);
  unigram::UnigramTokenizer again({});
  again.load_json(tokenizer.to_json());
  CHECK(again.decode(again.encode("<0x41>"), false) == "<0x41>");
}

TEST_CASE("unigram takes a word of a million letters, in training too", "[long]") {
  const std::string word(1'000'001, 'a');
  const auto tokenizer = test::trained_unigram("aaaa aaaaaaaa aa " + word, {.vocab_size = 320}, Objective::causal);
  const auto ids = tokenizer.encode(word);
  CHECK(ids.size() < 300'000);
  CHECK(tokenizer.decode(ids, false) == word);
}

TEST_CASE("unigram's estimates hold for words so long that their probability is too small for a number") {
  // 340 rare characters in a row: e^-1500 and less.
  std::string word;
  for (int i = 0; i < 340; ++i) word += static_cast<char>('!' + i * 7 % 90);
  const auto tokenizer = test::trained_unigram(syllables(2000) + word, {.vocab_size = 500}, Objective::causal);
  const json file = json::parse(tokenizer.to_json());
  for (const json& piece : file["model"]["vocab"]) REQUIRE(piece[1].is_number());
  CHECK(tokenizer.decode(tokenizer.encode(word), false) == word);
}
