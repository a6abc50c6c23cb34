#include "data/seen_text.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <string>
#include <vector>

#include "data/hashed_random.h"
#include "unit/data/fakes.h"

using namespace folio;

namespace {

using Texts = std::vector<std::string>;

/// So many words of a made-up language of 3,000; each seed's its own.
std::string words(std::uint64_t seed, std::uint64_t count) {
  const data::HashedRandom random(seed, 0, 0);
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint64_t word = random.below(i, 3000) + 1000;
    for (; word > 0; word /= 20) text += static_cast<char>('a' + word % 20);
    text += i % 9 == 8 ? ".\n" : " ";
  }
  return text + "\n";
}

Texts different(std::size_t count, std::uint64_t words_each = 100) {
  Texts texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(words(i, words_each));
  return texts;
}

Texts twice(Texts texts) {
  const Texts again = texts;
  texts.insert(texts.end(), again.begin(), again.end());
  return texts;
}

std::optional<data::SeenText> seen_in(const Texts& texts, double validation = 0.1, std::size_t piece = 1 << 30) {
  std::vector<Document> documents;
  for (const std::string& text : texts)
    for (std::size_t begin = 0; begin < text.size(); begin += std::min(piece, text.size()))
      documents.push_back({"text", text.substr(begin, piece), {}, begin > 0});
  const FakeDataset dataset(std::move(documents));
  const data::Corpus corpus = data::survey(dataset);
  data::SeenTextSearch search(dataset, corpus, validation);
  data::read_texts(dataset, corpus, validation, [&](const data::Text& text) {
    if (!text.evaluation) search.look_in(text);
  });
  return search.result();
}

/// A song of `verses` different verses, with the same words after each.
std::string song(std::uint64_t verses, std::uint64_t verse_words, const std::string& refrain) {
  std::string text;
  for (std::uint64_t verse = 0; verse < verses; ++verse) text += words(1000 + verse, verse_words) + refrain + "\n";
  return text;
}

}  // namespace

TEST_CASE("different texts are not seen") {
  const auto seen = seen_in(different(40));
  REQUIRE(seen);
  CHECK(seen->share == 0);
  CHECK_FALSE(seen->document);
  CHECK(seen_in(different(3, 5000))->share == 0);  // of which each gives its end
}

TEST_CASE("copied documents are seen, in pieces of any size") {
  const auto piece = GENERATE(as<std::size_t>{}, 1 << 30, 1, 7, 100);
  const auto seen = seen_in(twice(different(30)), 0.1, piece);
  REQUIRE(seen);
  CHECK(seen->share > 0.6);  // of six documents, two may be each other's copy
  REQUIRE(seen->document);
  CHECK(seen->name == "text");
}

TEST_CASE("a copy with another case, other blanks and other punctuation is seen") {
  Texts texts = different(30);
  for (std::string text : different(30)) {
    std::string other;
    for (const char c : text)
      if (c == ' ')
        other += ",\t";
      else
        other += c == '.' ? '!' : static_cast<char>(std::toupper(c));
    texts.push_back(other);
  }
  CHECK(seen_in(texts)->share > 0.6);
  // The small letter of one that is not ASCII; curly quotation marks for straight ones.
  const std::string small = "\xc3\xa9t\xc3\xa9 \xd0\xbc\xd0\xb8\xd1\x80 \"one\" two three four five six seven";
  const std::string large =
      "\xc3\x89T\xc3\x89 \xd0\x9c\xd0\x98\xd0\xa0 \xe2\x80\x9cOne\xe2\x80\x9d two three four five six seven";
  texts = different(19);
  for (int i = 0; i < 20; ++i) texts.push_back(i % 2 == 0 ? small : large);
  CHECK(seen_in(texts, 0.2)->share > 0);
}

TEST_CASE("a copy of which every fortieth word is another is seen") {
  Texts texts = different(30, 400);
  for (std::string text : different(30, 400)) {
    int word = 0;
    for (char& c : text)
      if (c == ' ' && ++word % 40 == 0) c = 'x';  // joins two
    texts.push_back(text);
  }
  const auto seen = seen_in(texts);
  CHECK(seen->share > 0.4);
  CHECK(seen->document);
}

TEST_CASE("of few documents, each cut, one that holds another's end is seen") {
  const std::string whole = words(1, 2000);
  const auto seen = seen_in({whole, words(2, 300) + whole + words(3, 3000)});
  REQUIRE(seen->document);
  CHECK(*seen->document == 0);
  CHECK(seen->share > 0.2);
}

TEST_CASE("a text that stands twice in one document is seen") {
  const std::string text = words(1, 3000);
  const auto seen = seen_in({text + text});
  CHECK(seen->share == Approx(1).epsilon(0.01));
  CHECK(seen->document == 0);
}

TEST_CASE("a song's refrain and speakers' names are no copies") {
  const auto seen = seen_in({song(40, 28, words(7, 28))});
  CHECK(seen->share < 0.4);
  CHECK_FALSE(seen->document);
  std::string play;
  for (std::uint64_t line = 0; line < 400; ++line) play += (line % 2 == 0 ? "ROMEO.\n" : "JULIET.\n") + words(line, 8);
  CHECK(seen_in({play})->share == 0);
  // Documents that are nothing but a name, or a few words, say nothing.
  CHECK_FALSE(seen_in(Texts(100, "ROMEO.")));
  CHECK_FALSE(seen_in(Texts(100, "Enter Romeo and Juliet, with others.")));
}

TEST_CASE("short documents are compared as a whole") {
  const Texts texts = different(30, 9);
  CHECK(seen_in(texts)->share == 0);
  CHECK(seen_in(twice(texts))->share > 0.6);
  Texts longer = texts;  // the same words within more
  for (const std::string& text : texts) longer.push_back(text + "and more");
  CHECK(seen_in(longer)->share == 0);
}

TEST_CASE("text without blanks is compared by its characters") {
  Texts texts;
  for (std::uint64_t i = 0; i < 30; ++i) {
    const data::HashedRandom random(i, 0, 0);
    std::string text;
    for (std::uint64_t c = 0; c < 60; ++c) {
      const auto character = static_cast<unsigned>(0x4E00 + random.below(c, 3000));
      text += {static_cast<char>(0xE0 | character >> 12), static_cast<char>(0x80 | (character >> 6 & 63)),
               static_cast<char>(0x80 | (character & 63))};
    }
    texts.push_back(text);
  }
  CHECK(seen_in(texts)->share == 0);
  CHECK(seen_in(twice(texts))->share > 0.6);
}

TEST_CASE("of much text for evaluation a part is looked for, and the share stays what it is") {
  // More stretches than are kept; half of them are copied.
  const std::uint64_t count = 2 * data::SeenTextSearch::kMost;
  const std::string copied = words(1, count), other = words(2, count);
  const auto seen = seen_in({copied + words(3, 2 * count) + copied + other}, 0.4);
  CHECK(seen->share == Approx(0.5).margin(0.02));
  // The same few words over and over are kept once.
  std::string same;
  for (std::uint64_t i = 0; i < 3 * data::SeenTextSearch::kMost; ++i) same += "on and ";
  CHECK(seen_in({same})->share == 1);
}

TEST_CASE("nothing is known where nothing is kept for evaluation") { CHECK_FALSE(seen_in(twice(different(30)), 0)); }
