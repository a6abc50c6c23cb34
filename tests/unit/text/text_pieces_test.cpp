// text/text_pieces.h, with the splitters whose words it must leave alone.

#include "text/text_pieces.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "support/files.h"
#include "support/utf8.h"
#include "text/gpt2_splitter.h"
#include "text/llama3_splitter.h"
#include "unit/text/words.h"

using namespace folio;
using folio::test::append_words;
using folio::test::WordEnd;
using folio::test::Words;

namespace {

constexpr WordEnd kSplitters[] = {gpt2_word_end, llama3_word_end};

/// Bits of nasty text and of plain words, spaces and apostrophes, in a random order.
std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> bits = [] {
    std::vector<std::string> all{" ", " ", "  ", "a", "we", "'ll", "'s", " I", "\n", "\r\n", "1", "e\u0301", "\u0130"};
    const std::string file = std::string(FOLIO_SOURCE_DIR) + "/tests/reference/nasty_text.json";
    for (const auto& text : nlohmann::json::parse(read_file(file)))
      if (text.get<std::string>().size() < 80) all.push_back(text.get<std::string>());
    return all;
  }();
  std::string text;
  for (std::size_t left = random() % 60; left > 0; --left) text += bits[random() % (left % 3 == 0 ? bits.size() : 13)];
  return text;
}

}  // namespace

TEST_CASE("no splitter's words change where a text is cut at a word boundary") {
  std::mt19937 random(3);
  int cuts = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random);
    std::vector<std::string_view> pieces;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = next_word_boundary(text, begin + random() % 8);
      pieces.push_back(std::string_view(text).substr(begin, end - begin));
      begin = end;
    }
    cuts += static_cast<int>(pieces.size()) - 1;
    for (const WordEnd word_end : kSplitters) {
      Words whole;
      Words cut;
      append_words(text, word_end, whole);
      for (const std::string_view piece : pieces) append_words(piece, word_end, cut);
      REQUIRE(cut == whole);
    }
  }
  CHECK(cuts > 3000);
}

TEST_CASE("a word boundary stands before a single space between two ASCII letters") {
  CHECK(next_word_boundary("one two", 0) == 3);
  CHECK(next_word_boundary("one two", 3) == 3);
  CHECK(next_word_boundary("one two three", 4) == 7);
  for (const char* const none : {"", " ", "one", " two", "one ", "one  two", "one, two", "e\u0301 two",
                                 "one \u00e9t\u00e9", "one\ntwo", "1 2"}) {
    CHECK(next_word_boundary(none, 0) == std::string_view(none).size());
  }
}

TEST_CASE("a piece ends at the last word boundary within its size") {
  const std::string text = "one two three four";
  CHECK(piece_end(text, 0, 100) == text.size());
  CHECK(piece_end(text, 0, text.size()) == text.size());
  CHECK(piece_end(text, 0, 13) == 13);
  CHECK(piece_end(text, 0, 12) == 7);
  CHECK(piece_end(text, 3, 10) == 13);
}

TEST_CASE("a piece without a word boundary in its second half ends with a character") {
  const std::string chinese = "\u4f60\u597d\u4e16\u754c";  // three bytes each
  CHECK(piece_end(chinese, 0, 3) == 3);
  CHECK(piece_end(chinese, 0, 5) == 3);
  CHECK(piece_end(chinese, 3, 8) == 9);
  CHECK(piece_end(chinese, 0, 1) == 3);  // no smaller than one character
  CHECK(piece_end("a bcdefghijklm", 0, 10) == 10);
}

TEST_CASE("pieces of valid text are valid, within their size, and put together again are the text") {
  std::mt19937 random(4);
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random);
    const std::size_t size = 4 + random() % 30;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = piece_end(text, begin, size);
      REQUIRE(end > begin);
      REQUIRE(end - begin <= size);
      REQUIRE(end <= text.size());
      REQUIRE_FALSE(first_invalid_utf8(std::string_view(text).substr(begin, end - begin)));
      begin = end;
    }
  }
}
