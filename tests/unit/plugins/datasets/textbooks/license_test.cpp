#include "textbooks/license.h"

#include <catch2/catch.hpp>

namespace folio::textbooks {
namespace {

std::string body_of(std::string_view text) {
  const Body body = find_body(text);
  return std::string(text.substr(body.begin, body.end - body.begin));
}

const std::string kStart = "*** START OF THE PROJECT GUTENBERG EBOOK A TEST ***\n";
const std::string kEnd = "*** END OF THE PROJECT GUTENBERG EBOOK A TEST ***\n";
const std::string kSmallPrint = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\r\n";

TEST_CASE("license is cut after the START line's end and right before the END line") {
  CHECK(body_of("before\n" + kStart + "\nbook\n\n" + kEnd + "after\n") == "\nbook\n\n");
  CHECK(find_body(kStart + "book\n" + kEnd).note.empty());
}

TEST_CASE("license is cut with line ends of any kind") {
  CHECK(body_of("x\r\n*** START OF THIS PROJECT GUTENBERG EBOOK T ***\r\n\r\nbook\r\n*** END OF THIS PROJECT GUTENBERG "
                "EBOOK T ***\r\n") == "\r\nbook\r\n");
  CHECK(body_of("x\r*** START OF THIS PROJECT GUTENBERG EBOOK T ***\rbook\r*** END OF THIS PROJECT GUTENBERG EBOOK T "
                "***\r") == "book\r");
}

TEST_CASE("license marks may lack the space after their stars") {
  CHECK(body_of("***START OF THE PROJECT GUTENBERG EBOOK T***\nbook\n***END OF THE PROJECT GUTENBERG EBOOK T***\n") ==
        "book\n");
}

TEST_CASE("license of old editions ends with the small print") {
  CHECK(body_of("***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\r\nlegal\r\n" + kSmallPrint +
                "\r\nbook\r\n") == "\r\nbook\r\n");
  CHECK(body_of("legal\n*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*END*\nbook\n") == "book\n");
  CHECK(find_body(kSmallPrint + "book\r\n").note.empty());
}

TEST_CASE("license after an old edition's book is cut too where it has an END line") {
  CHECK(body_of(kSmallPrint + "book\n" + kEnd + "legal\n") == "book\n");
}

TEST_CASE("license START line counts for more than a small print before or after it") {
  CHECK(body_of(kSmallPrint + "credits\n" + kStart + "book\n" + kEnd) == "book\n");
  CHECK(body_of(kStart + "book\n" + kEnd + kSmallPrint) == "book\n");
}

TEST_CASE("license marks count only at the start of a line and only as Project Gutenberg's") {
  const std::string text = "He wrote: " + kStart + "*** START OF THE STORY ***\nbook *END*THE SMALL PRINT\n";
  CHECK(body_of(text) == text);
  CHECK_FALSE(find_body(text).marked);
  CHECK(find_body(text).note.empty());
}

TEST_CASE("license with only one of its two lines is said to be odd") {
  CHECK(body_of("before\n" + kStart + "book\n") == "book\n");
  CHECK(find_body(kStart + "book\n").note.find("no END line") != std::string::npos);
  CHECK(body_of("book\n" + kEnd + "after\n") == "book\n");
  CHECK(find_body("book\n" + kEnd).note.find("no START line") != std::string::npos);
}

TEST_CASE("license END line before the START line does not end the book") {
  CHECK(body_of(kEnd + kStart + "book\n") == "book\n");
  CHECK(find_body(kEnd + kStart + "book\n").note.find("no END line") != std::string::npos);
}

TEST_CASE("license of several books in one file is said to be odd") {
  const std::string two = kStart + "first\n" + kEnd + kStart + "second\n" + kEnd;
  CHECK(body_of(two) == "first\n");
  CHECK(find_body(two).note.find("several books") != std::string::npos);
}

TEST_CASE("license START line at the very end of a file leaves nothing") {
  CHECK(body_of("*** START OF THE PROJECT GUTENBERG EBOOK T ***").empty());
  CHECK(body_of("").empty());
}

}  // namespace
}  // namespace folio::textbooks
