#include "tokenizers/word_counting.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

#include "text/gpt2_splitter.h"

using namespace folio;

namespace {

void add_words(std::string_view text, WordCounter& words) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = gpt2_word_end(text, begin);
    words.add(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Some megabytes: short texts, long ones, and one that cannot be cut.
std::vector<std::string> make_texts() {
  std::mt19937 random(7);
  const auto text_of = [&](std::size_t size, std::string_view gaps) {
    std::string text;
    while (text.size() < size) {
      for (std::size_t left = 1 + random() % 3; left > 0; --left) text += static_cast<char>('a' + random() % 26);
      text += gaps[random() % gaps.size()];
    }
    return text;
  };
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back(text_of(random() % 500, "  \n.'"));
  texts.push_back(text_of(1 << 21, "  \n.'"));
  texts.push_back("");
  texts.push_back(text_of(1 << 20, ".\n"));
  texts.push_back(text_of(1 << 20, " "));
  return texts;
}

TextSource source_of(const std::vector<std::string>& texts) {
  return [&texts](const std::function<void(std::string_view)>& sink) {
    std::string passing;  // gone when the sink returns
    for (const std::string& text : texts) sink(passing = text);
  };
}

}  // namespace

TEST_CASE("words are counted alike on any number of threads, in the order in which they first came") {
  const auto texts = make_texts();
  WordCounter expected;
  for (const std::string& text : texts) add_words(text, expected);
  for (const std::size_t threads : {1, 2, 3, 8}) {
    const WordCounter words = count_words(source_of(texts), add_words, {}, threads);
    REQUIRE(words.entries().size() == expected.entries().size());
    bool equal = true;
    for (std::size_t i = 0; i < words.entries().size(); ++i) {
      equal = equal && words.entries()[i].word == expected.entries()[i].word &&
              words.entries()[i].count == expected.entries()[i].count;
    }
    CHECK(equal);
  }
}

TEST_CASE("counting words tells the bytes read, up to all of them") {
  const auto texts = make_texts();
  double size = 0;
  for (const std::string& text : texts) size += static_cast<double>(text.size());
  double last = 0;
  int reports = 0;
  count_words(source_of(texts), add_words, [&](double done, double total) {
    CHECK(total == 0);
    CHECK(done >= last);
    last = done;
    ++reports;
  });
  CHECK(last == size);
  CHECK(reports > 4);
}

TEST_CASE("counting no words gives none") {
  CHECK(count_words([](const auto&) {}, add_words, {}).entries().empty());
  CHECK(count_words([](const auto& sink) { sink(""); }, add_words, {}).entries().empty());
}

TEST_CASE("what is thrown while words are read or counted reaches the caller") {
  const auto texts = make_texts();
  const TextSource breaks = [&](const auto& sink) {
    for (std::size_t i = 0; i < 1900; ++i) sink(texts[i]);
    throw std::runtime_error("the source broke");
  };
  CHECK_THROWS_WITH(count_words(breaks, add_words, {}, 3), "the source broke");
  const auto fails = [](std::string_view text, WordCounter&) {
    if (text.size() > 100000) throw std::runtime_error("the counting broke");
  };
  CHECK_THROWS_WITH(count_words(source_of(texts), fails, {}, 3), "the counting broke");
}
