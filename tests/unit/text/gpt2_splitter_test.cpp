#include "text/gpt2_splitter.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "unit/text/words.h"

using namespace folio;
using folio::test::Words;

namespace {

Words gpt2_split(std::string_view text) { return folio::test::words_of(&gpt2_word_end, text); }

}  // namespace

// Each follows from the regular expression in the header; that its reading is right is seen from the ids in
// tests/unit/tokenizers/bpe, which are Hugging Face's.

TEST_CASE("GPT-2's splitter takes one space with the word after it") {
  CHECK(gpt2_split("To be, or") == Words{"To", " be", ",", " or"});
  CHECK(gpt2_split("a  b") == Words{"a", " ", " b"});
  CHECK(gpt2_split("a\n\nb") == Words{"a", "\n", "\n", "b"});
  CHECK(gpt2_split("a \tb") == Words{"a", " ", "\t", "b"});
  CHECK(gpt2_split("a  ") == Words{"a", "  "});
  CHECK(gpt2_split(" ") == Words{" "});
}

TEST_CASE("GPT-2's splitter leaves the last space of a run to the next word, whatever its length in bytes") {
  CHECK(gpt2_split("\u2003\u2003x") == Words{"\u2003", "\u2003", "x"});
  CHECK(gpt2_split("\u2003 x") == Words{"\u2003", " x"});
  CHECK(gpt2_split(" \u2003x") == Words{" ", "\u2003", "x"});
}

TEST_CASE("GPT-2's splitter cuts contractions in lower case off their word") {
  CHECK(gpt2_split("I'll we've 'tis can't") == Words{"I", "'ll", " we", "'ve", " '", "tis", " can", "'t"});
  CHECK(gpt2_split("'sure") == Words{"'s", "ure"});
  CHECK(gpt2_split("I'LL") == Words{"I", "'", "LL"});
  CHECK(gpt2_split("'r 'l'") == Words{"'", "r", " '", "l", "'"});
  CHECK(gpt2_split("'") == Words{"'"});
}

TEST_CASE("GPT-2's splitter parts letters, numbers and the rest") {
  CHECK(gpt2_split("x1 22! ...") == Words{"x", "1", " 22", "!", " ..."});
  CHECK(gpt2_split("e\u0301 \u0664\u2167") == Words{"e", "\u0301", " \u0664\u2167"});
  CHECK(gpt2_split("привет 世界") == Words{"привет", " 世界"});
}

TEST_CASE("GPT-2's splitter puts every byte into one word, also of what is not UTF-8") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 64, '\0');
    for (char& byte : text) byte = static_cast<char>(random() % 3 == 0 ? random() : " 'sll\xE2\x80\x83"[random() % 8]);
    std::string joined;
    for (const std::string& word : gpt2_split(text)) {
      REQUIRE_FALSE(word.empty());
      joined += word;
    }
    REQUIRE(joined == text);
  }
}
