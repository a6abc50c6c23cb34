#include "text/llama3_splitter.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "unit/text/words.h"

using namespace folio;
using folio::test::Words;

namespace {

Words llama3_split(std::string_view text) { return folio::test::words_of(&llama3_word_end, text); }

}  // namespace

// Each follows from the regular expression in the header. tests/unit/tokenizers/bpe holds the splitter against Hugging
// Face's on two thousand random texts.

TEST_CASE("Llama 3's splitter takes any one sign but a line end with the letters after it") {
  CHECK(llama3_split("To be, or") == Words{"To", " be", ",", " or"});
  CHECK(llama3_split("(x) #tag\tone\u00a0two") == Words{"(x", ")", " #", "tag", "\tone", "\u00a0two"});
  CHECK(llama3_split("a\nb\rc") == Words{"a", "\n", "b", "\r", "c"});
  CHECK(llama3_split("a  b") == Words{"a", " ", " b"});
}

TEST_CASE("Llama 3's splitter cuts contractions in any case off their word") {
  CHECK(llama3_split("I'll I'LL we'Ve it'\u017f") == Words{"I", "'ll", " I", "'LL", " we", "'Ve", " it", "'\u017f"});
  CHECK(llama3_split("'tis 'quoted'") == Words{"'t", "is", " '", "quoted", "'"});
  CHECK(llama3_split("'R 'l'") == Words{"'R", " '", "l", "'"});
}

TEST_CASE("Llama 3's splitter cuts numbers into threes and leaves a space before them alone") {
  CHECK(llama3_split("in 1999!") == Words{"in", " ", "199", "9", "!"});
  CHECK(llama3_split("\u0661\u0662\u0663\u0664") == Words{"\u0661\u0662\u0663", "\u0664"});
}

TEST_CASE("Llama 3's splitter takes line ends after signs with them, and after white space") {
  CHECK(llama3_split("go!\r\n\r\nOn") == Words{"go", "!\r\n\r\n", "On"});
  CHECK(llama3_split("go \n \n  on") == Words{"go", " \n \n", " ", " on"});
  CHECK(llama3_split(" ...\nx") == Words{" ...\n", "x"});
  CHECK(llama3_split("a \t") == Words{"a", " \t"});
  CHECK(llama3_split("a \t1") == Words{"a", " ", "\t", "1"});
}

TEST_CASE("Llama 3's splitter puts every byte into one word, also of what is not UTF-8") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 64, '\0');
    for (char& byte : text)
      byte = static_cast<char>(random() % 3 == 0 ? random() : " 'sll\n\xE2\x80\x83"[random() % 9]);
    std::string joined;
    for (const std::string& word : llama3_split(text)) {
      REQUIRE_FALSE(word.empty());
      joined += word;
    }
    REQUIRE(joined == text);
  }
}
