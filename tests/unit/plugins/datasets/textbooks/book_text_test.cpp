#include "textbooks/book_text.h"

#include <catch2/catch.hpp>
#include <random>

#include "fixtures.h"
#include "folio/error.h"
#include "mutate.h"
#include "packed.h"
#include "support/sha256.h"
#include "support/utf8.h"
#include "textbooks/license.h"

namespace folio::textbooks {
namespace {

using Catch::Matchers::Contains;

/// All pieces of a list with one book, put together.
std::string joined(const std::vector<Document>& pieces) {
  std::string text;
  for (const Document& piece : pieces) text += piece.text;
  return text;
}

std::vector<Document> read_book(const TemporaryFolder& folder, const std::string& contents,
                                std::map<std::string, OptionValue> given = {}) {
  folder.write("experiment/book.txt", contents);
  given["books"] = Names{"book.txt"};
  return read_all(given, places_in(folder));
}

std::string prose(std::size_t size) {
  std::string text;
  while (text.size() < size) text += "Call me Ishmael. Some years ago, never mind how long precisely,\r\n";
  return text;
}

TEST_CASE("textbooks unpacks gzip and zstd by their content, and a folder gives them too") {
  const TemporaryFolder folder;
  const std::string contents = "\xEF\xBB\xBF" + gutenberg_file("book\r\n");
  folder.write("experiment/texts/a.txt", contents);
  folder.write("experiment/texts/b.txt.gz", test::gzip(contents));
  folder.write("experiment/texts/c.txt.zst", test::zstd(contents));
  folder.write("experiment/texts/d.gz", test::gzip(contents));
  folder.write("experiment/texts/e.md", contents);
  folder.write("experiment/plain", test::zstd(contents));
  const auto documents = read_all({{"books", Names{"texts", "plain"}}}, places_in(folder));
  REQUIRE(documents.size() == 5);
  const Names expected = {"a", "b", "c", "e", "plain"};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(documents[i].name == expected[i]);
    CHECK(documents[i].text == "book\r\n");
  }
  CHECK(documents[1].provenance.source_hash == sha256_hex(test::gzip(contents)));
}

TEST_CASE("textbooks names a damaged gzip file and what is wrong") {
  const TemporaryFolder folder;
  const std::string packed = test::gzip(prose(10'000));
  CHECK_THROWS_WITH(read_book(folder, packed.substr(0, packed.size() / 2)),
                    Contains("book.txt: is a gzip file that ends too soon"));
  CHECK_THROWS_WITH(read_book(folder, test::gzip("caf\xE9")), Contains("book.txt: is not UTF-8 at byte 3 (0xe9)"));
}

TEST_CASE("textbooks gives a long book in pieces that follow each other") {
  const TemporaryFolder folder;
  const std::string body = prose(20'000'000);
  const std::string contents = gutenberg_file(body);
  for (const std::string& packed : {contents, test::zstd(contents)}) {
    const auto pieces = read_book(folder, packed);
    REQUIRE(pieces.size() == 3);
    CHECK(joined(pieces) == body);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      CHECK(pieces[i].name == "book");
      CHECK(pieces[i].continues == (i > 0));
      CHECK(pieces[i].text.size() <= (8 << 20));
      CHECK(pieces[i].provenance.source_hash == sha256_hex(packed));
    }
  }
  std::string lf = body;
  std::erase(lf, '\r');
  CHECK(joined(read_book(folder, contents, {{"newlines", "lf"}})) == lf);
}

TEST_CASE("textbooks does not cut a line end of two bytes") {
  const TemporaryFolder folder;
  std::string text;  // without a place between two words, and "\r\n" at each even offset, then at each odd one
  while (text.size() < (8 << 20) + 100) text += "\r\n";
  for (const std::string& contents : {"ab" + text, "abc" + text}) {
    const auto pieces = read_book(folder, contents, {{"newlines", "lf"}});
    CHECK(pieces.size() == 2);
    CHECK(joined(pieces).size() == contents.size() - text.size() / 2);
  }
}

TEST_CASE("textbooks puts U+FFFD in place of what is not UTF-8 where that is asked for") {
  const TemporaryFolder folder;
  const std::string bad = "caf\xE9 \xE2\x82 noir \xF0\x9F\x98";
  CHECK_THROWS_WITH(read_book(folder, bad), Contains("is not UTF-8 at byte 3") && Contains("errors: replace"));
  const auto documents = read_book(folder, bad, {{"errors", "replace"}});
  CHECK(documents.at(0).text == "caf\uFFFD \uFFFD noir \uFFFD");
  CHECK_THAT(documents.at(0).provenance.note, Contains("U+FFFD") && Contains("byte 3"));
  CHECK(documents.at(0).provenance.source_hash == sha256_hex(bad));
  CHECK(read_book(folder, gutenberg_file("\xFF\n"), {{"errors", "replace"}}).at(0).text == "\uFFFD\n");
  CHECK(read_book(folder, "good", {{"errors", "replace"}}).at(0).provenance.note.empty());
}

TEST_CASE("textbooks checks and mends a character that lies across two parts of a file in the same way") {
  const TemporaryFolder folder;
  constexpr std::size_t kPart = 4 << 20;
  for (const std::string& odd : {std::string("\xF0\x9F\x98\x80"), std::string("\xF0\x9F\x98"), std::string("\xE2\x82"),
                                 std::string(9, '\x80'), std::string("\xC3\xA9")}) {
    for (std::size_t before = 0; before <= 5; ++before) {
      const std::string contents = std::string(kPart - before, 'a') + odd + "b";
      CHECK(joined(read_book(folder, contents, {{"errors", "replace"}})) == replace_invalid_utf8(contents));
      const auto invalid = first_invalid_utf8(contents);
      if (!invalid)
        CHECK(joined(read_book(folder, contents)) == contents);
      else
        CHECK_THROWS_WITH(read_book(folder, contents), Contains("at byte " + std::to_string(*invalid)));
    }
  }
}

TEST_CASE("license is found in the same way however the text is looked through") {
  const std::string text =
      "*\n" + gutenberg_file("* * *\nbook\n") + gutenberg_file("more\n") + "*END*THE SMALL PRINT!\n**";
  const Bodies expected = find_bodies(text);
  REQUIRE(expected.books.size() == 2);
  for (std::size_t step = 1; step < text.size(); ++step) {
    BodyFinder finder(text);
    for (std::size_t end = 0; end < text.size(); end += step) finder.look_until(end);
    finder.look_until(text.size());
    const Bodies found = finder.bodies();
    REQUIRE(found.books.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(found.books[i].begin == expected.books[i].begin);
      CHECK(found.books[i].end == expected.books[i].end);
    }
    CHECK(found.note == expected.note);
  }
  CHECK(text.substr(expected.books[0].begin, expected.books[0].end - expected.books[0].begin) == "* * *\nbook\n");
}

TEST_CASE("textbooks gives each book of a file that holds several") {
  const TemporaryFolder folder;
  const std::string shelf = gutenberg_file("one\none\n") + gutenberg_file("two\ntwo\n");
  const auto documents = read_book(folder, shelf);
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].name == "book (1)");
  CHECK(documents[0].text == "one\none\n");
  CHECK(documents[1].name == "book (2)");
  CHECK(documents[1].text == "two\ntwo\n");
  CHECK_FALSE(documents[1].continues);
  CHECK_THAT(documents[1].provenance.note, Contains("it contains 2 Project Gutenberg books"));
  CHECK(read_book(folder, shelf, {{"shares", Names{"book=0.5"}}})[1].text == "two\n");
}

TEST_CASE("textbooks reads UTF-16 by its mark, and names what is no text") {
  const TemporaryFolder folder;
  std::string wide("\xFF\xFE");
  for (const char c : gutenberg_file("book\r\n")) wide += std::string{c, '\0'};
  const auto documents = read_book(folder, wide);
  CHECK(documents.at(0).text == "book\r\n");
  CHECK_THAT(documents.at(0).provenance.note, Contains("UTF-16LE according to its byte-order mark"));
  CHECK_THROWS_WITH(read_book(folder, wide.substr(2)), Contains("book.txt: looks like UTF-16LE"));
  CHECK_THROWS_WITH(read_book(folder, "%PDF-1.4\n\xE2\xE3"), Contains("book.txt: is a PDF") && Contains("pdftotext"));
  CHECK_THROWS_WITH(
      read_book(folder, std::string("\x01\x02\x00\xFF\x03", 5)),
      Contains("book.txt: is not UTF-8 at byte 3 (0xff), and is full of control characters, so it is not text"));
}

TEST_CASE("textbooks says that a licence may be part of a text") {
  const TemporaryFolder folder;
  CHECK_THAT(read_book(folder, "The Project Gutenberg eBook of X\n\nbook\n").at(0).provenance.note,
             Contains("it mentions Project Gutenberg"));
}

TEST_CASE("a share is the first lines that are whole within it") {
  CHECK(first_share("one\ntwo\nthree\n", 1) == "one\ntwo\nthree\n");
  CHECK(first_share("one\ntwo\nthree\n", 0.99) == "one\ntwo\n");
  CHECK(first_share("one\ntwo\nthree\n", 8.0 / 14) == "one\ntwo\n");
  CHECK(first_share("one\ntwo\nthree\n", 0.5) == "one\n");
  CHECK(first_share("no line \u00e9nd", 0.75) == "no line ");
  CHECK(first_share("one\n", 0.1).empty());
  CHECK(first_share("\uFFFD\uFFFD's", 0.37).empty());
  CHECK(first_share("\U0001F431", 0.75).empty());
}

TEST_CASE("textbooks takes a book's share, and says what is wrong with one") {
  const TemporaryFolder folder;
  folder.write("experiment/a.txt", "1\n2\n3\n4\n");
  folder.write("experiment/b.txt", "1\n2\n3\n4\n");
  const auto read = [&](const Names& shares) {
    return read_all({{"books", Names{"a.txt", "b.txt"}}, {"shares", shares}}, places_in(folder));
  };
  CHECK(read({"b=0.5"})[0].text == "1\n2\n3\n4\n");
  CHECK(read({"b=0.5"})[1].text == "1\n2\n");
  CHECK(read({"b=1", "a=2.5e-1"})[0].text == "1\n");
  CHECK_THROWS_WITH(read({"ab=0.5"}), Contains("dataset.shares: there is no book 'ab' among a, b"));
  CHECK_THROWS_WITH(read({"a"}), Contains("expected NAME=SHARE"));
  for (const char* bad : {"a=0", "a=1.5", "a=-0.5", "a=nan", "a=", "a=0.5x", "a= 0.5", "a=50%"})
    CHECK_THROWS_WITH(read({bad}), Contains("expected a number greater than 0 and at most 1"));
  CHECK_THROWS_WITH(read({"a=0.5", "a=0.6"}), Contains("gives 'a' a second share"));
  CHECK_THROWS_WITH(read({"a=0.1"}), Contains("a.txt: its share of 0.1 has no text"));
}

TEST_CASE("textbooks survives any file") {
  const TemporaryFolder folder;
  const std::string good = "\xEF\xBB\xBF" + gutenberg_file("caf\u00e9\r\n\U0001F600*\n" + prose(200));
  std::mt19937 random(3);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string bad = test::mutate(i % 3 == 0 ? test::gzip(good) : i % 3 == 1 ? test::zstd(good) : good, random);
    for (const char* errors : {"strict", "replace"}) {
      try {
        for (const Document& document : read_book(folder, bad, {{"errors", errors}}))
          CHECK_FALSE(first_invalid_utf8(document.text));
      } catch (const Error& error) {
        CHECK_THAT(error.what(), Contains("book.txt: "));
        ++refused;
      }
    }
  }
  CHECK(refused > 300);
}

}  // namespace
}  // namespace folio::textbooks
