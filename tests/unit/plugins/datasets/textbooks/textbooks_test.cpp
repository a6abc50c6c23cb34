#include "textbooks/textbooks.h"

#include <catch2/catch.hpp>

#include "fixtures.h"
#include "folio/error.h"
#include "support/sha256.h"

namespace folio::textbooks {
namespace {

using Catch::Matchers::Contains;

/// The one document of a book with these bytes.
Document read_text(const std::string& contents, const std::map<std::string, OptionValue>& more = {}) {
  const TemporaryFolder folder;
  const auto file = folder.write("book.txt", contents);
  std::map<std::string, OptionValue> given = more;
  given["books"] = Names{file.string()};
  return read_all(given, places_in(folder)).at(0);
}

std::string run_error(const std::string& contents) {
  try {
    read_text(contents);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

TEST_CASE("textbooks yields the books in the order of the list, with their provenance") {
  const TemporaryFolder folder;
  const std::string contents = gutenberg_file("\r\nbook\r\n");
  const auto second = folder.write("experiment/b.txt", contents);
  folder.write("experiment/c.txt", "plain");
  const auto documents = read_all({{"books", Names{"c.txt", "b.txt"}}}, places_in(folder));
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].name == "c");
  CHECK(documents[0].text == "plain");
  CHECK(documents[1].name == "b");
  CHECK(documents[1].text == "\r\nbook\r\n");
  CHECK(documents[1].provenance.source == second.string());
  CHECK(documents[1].provenance.source_hash == sha256_hex(contents));
  CHECK(documents[1].provenance.note.empty());
  CHECK_FALSE(documents[1].provenance.stand_in);
}

TEST_CASE("textbooks can be read again with the same result") {
  const TemporaryFolder folder;
  folder.write("experiment/b.txt", "text");
  const Textbooks books(OptionValues(options(), {{"books", Names{"b.txt"}}}), places_in(folder));
  for (int i = 0; i < 2; ++i) {
    int count = 0;
    books.read([&](Document document) { count += document.text == "text"; });
    CHECK(count == 1);
  }
}

TEST_CASE("textbooks takes away a byte-order mark at the start and keeps zero bytes") {
  CHECK(read_text("\xEF\xBB\xBFtext").text == "text");
  CHECK(read_text("\xEF\xBB\xBF" + gutenberg_file("text\n")).text == "text\n");
  CHECK(read_text("a\xEF\xBB\xBF").text == "a\xEF\xBB\xBF");
  CHECK(read_text(std::string("a\0b", 3)).text == std::string("a\0b", 3));
}

TEST_CASE("textbooks keeps line ends, or makes each a line feed") {
  const std::string text = "a\r\nb\rc\nd\r\r\n\n\re\r";
  CHECK(read_text(text).text == text);
  CHECK(read_text(text, {{"newlines", "lf"}}).text == "a\nb\nc\nd\n\n\n\ne\n");
}

TEST_CASE("textbooks names file and byte of what is not UTF-8, counted from the start of the file") {
  CHECK_THAT(run_error("\xEF\xBB\xBF"
                       "caf\xE9 noir"),
             Contains("book.txt: is not UTF-8 at byte 6 (0xe9)"));
  CHECK_THAT(run_error(gutenberg_file("text\n") + "\xFF"), Contains("is not UTF-8 at byte"));
}

TEST_CASE("textbooks refuses a book without text") {
  CHECK_THAT(run_error(""), Contains("book.txt: has no text"));
  CHECK_THAT(run_error("\xEF\xBB\xBF"), Contains("has no text"));
  CHECK_THAT(run_error(gutenberg_file("\r\n \r\n")), Contains("has no text between the lines of its licence"));
}

TEST_CASE("textbooks says when a licence was cut at one end only") {
  CHECK_THAT(read_text("*** START OF THE PROJECT GUTENBERG EBOOK T ***\ntext\n").provenance.note,
             Contains("no END line"));
}

TEST_CASE("textbooks uses another edition than the catalogue's and says so") {
  const TemporaryFolder folder;
  folder.write("data/macbeth.txt", gutenberg_file("a newer text\r\n"));
  const auto documents = read_all({{"books", Names{"macbeth"}}}, places_in(folder));
  CHECK(documents.at(0).text == "a newer text\r\n");
  CHECK_THAT(documents.at(0).provenance.note,
             Contains("not the catalogue's edition of 'macbeth'") && Contains("expected 5a5a16cd133e..."));
  CHECK(documents.at(0).provenance.source_hash == sha256_hex(gutenberg_file("a newer text\r\n")));
}

TEST_CASE("textbooks reports a missing file when it is made, and before it yields anything") {
  const TemporaryFolder folder;
  folder.write("experiment/a.txt", "text");
  const OptionValues values(options(), {{"books", Names{"a.txt", "b.txt"}}});
  CHECK_THROWS_AS(Textbooks(values, places_in(folder)), Error);
  const auto file = folder.write("experiment/b.txt", "text");
  const Textbooks books(values, places_in(folder));
  std::filesystem::remove(file);
  int yielded = 0;
  CHECK_THROWS_AS(books.read([&](const Document&) { ++yielded; }), Error);
  CHECK(yielded == 0);
}

TEST_CASE("textbooks refuses an empty list") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(read_all({{"books", Names{}}}, places_in(folder)), Contains("expected at least one book"));
}

TEST_CASE("textbooks names a file that cannot be read") {
  const TemporaryFolder folder;
  const auto file = folder.write("experiment/a.txt", "text");
  std::filesystem::permissions(file, std::filesystem::perms::none);
  if (::access(file.c_str(), R_OK) == 0) return;  // root reads everything
  CHECK_THROWS_WITH(read_all({{"books", Names{"a.txt"}}}, places_in(folder)), Contains(file.string()));
}

}  // namespace
}  // namespace folio::textbooks
