#include "textbooks/license.h"

#include <catch2/catch.hpp>

namespace folio::textbooks {
namespace {

using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

Texts books_of(std::string_view text) {
  Texts books;
  for (const Body& body : find_bodies(text).books) books.emplace_back(text.substr(body.begin, body.end - body.begin));
  return books;
}

/// The one book, or nothing.
std::string body_of(std::string_view text) {
  const Texts books = books_of(text);
  REQUIRE(books.size() <= 1);
  return books.empty() ? std::string() : books.front();
}

const std::string kStart = "*** START OF THE PROJECT GUTENBERG EBOOK A TEST ***\n";
const std::string kEnd = "*** END OF THE PROJECT GUTENBERG EBOOK A TEST ***\n";
const std::string kSmallPrintStart = "***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\r\n";
const std::string kSmallPrint = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\r\n";

const std::string kLegal(300, 'x');

TEST_CASE("license is cut after the START line's end and right before the END line") {
  CHECK(body_of("before\n" + kStart + "\nbook\n\n" + kEnd + "after\n") == "\nbook\n\n");
  CHECK(find_bodies(kStart + "book\n" + kEnd).note.empty());
}

TEST_CASE("license is cut with line ends of any kind") {
  CHECK(body_of("x\r\n*** START OF THIS PROJECT GUTENBERG EBOOK T ***\r\n\r\nbook\r\n*** END OF THIS PROJECT GUTENBERG "
                "EBOOK T ***\r\n") == "\r\nbook\r\n");
  CHECK(body_of("x\r*** START OF THIS PROJECT GUTENBERG EBOOK T ***\rbook\r*** END OF THIS PROJECT GUTENBERG EBOOK T "
                "***\r") == "book\r");
}

TEST_CASE("license lines are known in every form") {
  for (const std::string before : {"*** ", "***", "  *** ", "\t***  ", "** ", "* ", "\xEF\xBB\xBF*** "}) {
    for (const std::string what :
         {"OF THE PROJECT GUTENBERG EBOOK T", "OF THIS PROJECT GUTENBERG EBOOK T", "OF PROJECT GUTENBERG EBOOK T",
          "of this Project Gutenberg ebook T", "Of The Project Gutenberg EBook T", "OF THE PROJECT GUTENBERG ETEXT, T",
          "OF THE  PROJECT GUTENBERG E-TEXT T", "OF THE PROJECT GUTENBERG-TM EBOOK T", "OF THE PROJECT GUTENBERG 1513",
          "OF THE COPYRIGHTED PROJECT GUTENBERG EBOOK T", "OF THE PROJECT GUTENBERG EBOOK CAF\u00c9"}) {
      for (const std::string after : {" ***", "***", "", " *** "}) {
        const bool is_lower = what.front() == 'o';
        const std::string start = before + (is_lower ? "Start " : "START ") + what + after + "\n";
        const std::string end = before + (is_lower ? "end " : "END ") + what + after + "\n";
        INFO(start);
        CHECK(body_of("head\n" + start + "book\n" + end + "tail\n") == "book\n");
        CHECK(find_bodies(start + "book\n" + end).note.empty());
      }
    }
  }
}

TEST_CASE("license lines need no stars where they name an e-book") {
  CHECK(body_of("START OF THIS PROJECT GUTENBERG EBOOK T\nbook\nEND OF THE PROJECT GUTENBERG EBOOK\n" + kLegal) ==
        "book\n");
  for (const char* line :
       {"End of the Project Gutenberg EBook of A Test, by One", "End of Project Gutenberg's A Test",
        "END OF THIS PROJECT GUTENBERG ETEXT OF A TEST", "  End of Project Gutenberg Etext of A Test"}) {
    CHECK(body_of(kStart + "book\n" + line + "\n" + kLegal) == "book\n");
    // As the catalogue's figures were measured.
    CHECK(body_of(kStart + "book\n" + line + "\n\n" + kEnd + "tail") == "book\n" + std::string(line) + "\n\n");
  }
  const std::string prose = "at the\nend of Project Gutenberg nobody knew\nthe start of the Project Gutenberg EBook\n";
  CHECK(body_of(kStart + prose + kEnd) == prose);
}

TEST_CASE("license lines may have a title that goes on over some lines") {
  const std::string start = "*** START OF THIS PROJECT GUTENBERG EBOOK A VERY LONG TITLE\r\nTHAT GOES ON ***\r\n";
  const std::string end = "*** END OF THIS PROJECT GUTENBERG EBOOK A VERY LONG TITLE\r\nTHAT GOES ON ***\r\n";
  CHECK(body_of("head\r\n" + start + "book\r\n" + end + "tail\r\n") == "book\r\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK\nA VERY\n  LONG\nTITLE ***\nbook\n" + kEnd) == "book\n");
  CHECK(body_of("*** START OF THIS PROJECT\r\nGUTENBERG EBOOK T ***\r\nbook\r\n*** END OF THIS\r\nPROJECT GUTENBERG "
                "EBOOK ***\r\n") == "book\r\n");
  CHECK(body_of(kStart + "* a note\nof **two** lines **\n* * *\nmore\n" + kEnd) ==
        "* a note\nof **two** lines **\n* * *\nmore\n");
  CHECK(body_of(
            "*** START OF THE PROJECT GUTENBERG EBOOK LONG TITLE\r\n\r\nPART TWO ***\r\nbook\r\n*** END OF THE PROJECT "
            "GUTENBERG EBOOK LONG TITLE\r\n\r\nPART TWO ***\r\n") == "book\r\n");
  CHECK(body_of("*** START OF THE PROJECT GUTENBERG EBOOK A\nLONG\n\nTITLE\n\nPART TWO***\nbook\n" + kEnd) == "book\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK T\n\nA **bold**\nbook\n" + kEnd) == "\nA **bold**\nbook\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK T\n\n\n***\nbook\n" + kEnd) == "\n\n***\nbook\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK T\n***\nbook\n" + kEnd) == "book\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK T\nbook\n\n***\nmore\n" + kEnd) == "book\n\n***\nmore\n");
  CHECK(body_of("*** START OF THIS PROJECT GUTENBERG EBOOK T\nbook\n* * * note **\nmore\n" + kEnd) ==
        "book\n* * * note **\nmore\n");
}

TEST_CASE("license at the end of a book ends it where no END line does") {
  for (const char* line : {"*** START: FULL LICENSE ***", "***START: FULL LICENSE***", "*** Start: Full License ***",
                           "*** START OF THE FULL LICENSE ***", "THE FULL PROJECT GUTENBERG LICENSE",
                           "The Full Project Gutenberg-tm License", "THE FULL PROJECT GUTENBERG\u2122 LICENSE",
                           "*** START OF THE FULL PROJECT GUTENBERG LICENSE ***"}) {
    const std::string licence =
        std::string(line) + "\n\nTHE FULL PROJECT GUTENBERG LICENSE\nlegal\n*** END: FULL LICENSE ***\n";
    INFO(line);
    CHECK(body_of("head\n" + kStart + "book\n" + licence) == "book\n");
    CHECK(body_of("head\n" + kStart + "book\n" + kEnd + "x\n" + licence) == "book\n");
    CHECK(body_of("the book alone\n" + licence) == "the book alone\n");
    CHECK(find_bodies(kStart + "book\n" + licence).note.empty());
  }
  CHECK(body_of(kStart + "the full license\nof it\n" + kEnd) == "the full license\nof it\n");
}

TEST_CASE("license of old editions ends with the small print") {
  CHECK(body_of("head\n" + kSmallPrintStart + "legal\r\n" + kSmallPrint + "\r\nbook, longer\r\n") ==
        "\r\nbook, longer\r\n");
  for (const char* line :
       {"*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*END*", "*end*the small print! for etexts*end*",
        "**END**THE SMALL PRINT!**", "*** END OF THE SMALL PRINT ***", "  *END*THE SMALL PRINT!*END*",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.03.17.02*END*"}) {
    CHECK(body_of("legal\n" + std::string(line) + "\nbook\n") == "book\n");
  }
  CHECK(find_bodies(kSmallPrint + "book\r\n").note.empty());
}

TEST_CASE("license of old editions may stand after the book") {
  CHECK(body_of("a longer book\n" + kSmallPrintStart + "legal\n" + kSmallPrint + "\n") == "a longer book\n");
  CHECK(body_of("a longer book\n" + kSmallPrintStart + "legal\n" + kSmallPrint + "thanks\n") == "a longer book\n");
  CHECK(body_of("head\n" + kSmallPrintStart + "legal and book\n" + kEnd) == "legal and book\n");
}

TEST_CASE("license after an old edition's book is cut too where it has an END line") {
  CHECK(body_of(kSmallPrint + "book\n" + kEnd + "legal\n") == "book\n");
  CHECK(body_of(kSmallPrint + "book\nEnd of The Project Gutenberg Etext of A Test\n" + kLegal) == "book\n");
}

TEST_CASE("license START line counts for more than a small print before or after it") {
  CHECK(body_of(kSmallPrint + "credits\n" + kStart + "book\n" + kEnd) == "book\n");
  CHECK(body_of(kStart + "book\n" + kEnd + kSmallPrint) == "book\n");
  CHECK(body_of(kStart + "book\n" + kEnd + kSmallPrintStart + "legal\n" + kSmallPrint + "rest\n") == "book\n");
}

TEST_CASE("license marks count only at the start of a line and only as Project Gutenberg's") {
  const std::string text = "He wrote: " + kStart + "*** START OF THE STORY ***\nbook *END*THE SMALL PRINT\n";
  CHECK(body_of(text) == text);
  CHECK_FALSE(find_bodies(text).marked);
}

TEST_CASE("license words without any of its lines are said to be odd") {
  CHECK_THAT(find_bodies("This is a Project Gutenberg book\nand a licence\n").note,
             Contains("may be part of the text"));
  CHECK_THAT(find_bodies("text\nTHE PROJECT GUTENBERG EBOOK OF T\n").note, Contains("mentions Project Gutenberg"));
  CHECK(find_bodies("Gutenberg printed.\n").note.empty());
  CHECK(find_bodies("").note.empty());
}

TEST_CASE("license with only one of its two lines is said to be odd") {
  CHECK(body_of("before\n" + kStart + "book\n") == "book\n");
  CHECK_THAT(find_bodies(kStart + "book\n").note, Contains("no END line"));
  CHECK(body_of("book\n" + kEnd + "after\n") == "book\n");
  CHECK_THAT(find_bodies("book\n" + kEnd).note, Contains("no START line"));
}

TEST_CASE("license END line before the START line does not end the book") {
  CHECK(body_of(kEnd + kStart + "book\n") == "book\n");
  CHECK_THAT(find_bodies(kEnd + kStart + "book\n").note, Contains("no END line"));
}

TEST_CASE("license of several books in one file is cut from each") {
  const std::string two =
      "head\n" + kStart + "first\n" + kEnd + "legal\nhead\n" + kStart + "second\n" + kEnd + "legal\n";
  CHECK(books_of(two) == Texts{"first\n", "second\n"});
  CHECK_THAT(find_bodies(two).note, Contains("it contains 2 Project Gutenberg books"));
  const std::string old = "head\n" + kSmallPrintStart + "legal\n" + kSmallPrint + "first\n" +
                          "End of this Project Gutenberg Etext\n" + kLegal + "\n";
  CHECK(books_of(old + old + two) == Texts{"first\n", "first\n", "first\n", "second\n"});
  CHECK(books_of(kStart + "first\n*** START: FULL LICENSE ***\nlegal\n" + two) ==
        Texts{"first\n", "first\n", "second\n"});
  CHECK(books_of(kSmallPrint + "first\n" + kSmallPrintStart + "legal\n" + kSmallPrint + "second\n") ==
        Texts{"first\n", "second\n"});
  CHECK(books_of(kStart + "first\n" + kStart + "second\n" + kEnd) == Texts{"first\n", "second\n"});
}

TEST_CASE("license that is too long is said to be odd, with the place") {
  const std::string much(30'000, 'x'), licence = std::string(19'000, 'x') + "\n";
  const std::string book = kStart + "book\n" + kEnd;
  CHECK_THAT(find_bodies(book + much).note,
             Contains("30,000 bytes starting at byte 107 were left out, more than") && Contains("licence"));
  CHECK(find_bodies(book + licence).note.empty());
  CHECK(find_bodies(book + licence + "The Project Gutenberg EBook\n" + std::string(2'000, 'h') + "\n" + book).note ==
        "it contains 2 Project Gutenberg books; each is a document");
  CHECK_THAT(find_bodies(book + "*** START: FULL LICENSE ***\n" + much).note,
             Contains("30,000 bytes starting at byte"));
}

TEST_CASE("license of a book without START line behind another book is said to be odd") {
  const std::string book = kStart + "book\n" + kEnd, lost = std::string(3'000, 'b') + "\n";
  for (const std::string between :
       {"", "*** START: FULL LICENSE ***\nlegal\n", "\nTHE FULL PROJECT GUTENBERG LICENSE\n"}) {
    const std::string text = book + between + lost + kEnd + "legal\n" + book;
    CHECK(books_of(text) == Texts{"book\n", "book\n"});
    CHECK_THAT(find_bodies(text).note, Contains("bytes starting at byte") && Contains("no START line before"));
  }
  CHECK(find_bodies(book + "credits\n" + kEnd).note.empty());
}

TEST_CASE("license START line with much before it is said to be odd") {
  const std::string book = kStart + "book\n" + kEnd;
  CHECK_THAT(
      find_bodies(std::string(6'000, 'x') + "\n" + book).note,
      Contains("6,001 bytes starting at byte 0 were left out") && Contains("before a Project Gutenberg START line"));
  CHECK(find_bodies(std::string(4'000, 'x') + "\n" + book).note.empty());
}

TEST_CASE("license START line at the very end of a file leaves nothing") {
  CHECK(body_of("*** START OF THE PROJECT GUTENBERG EBOOK T ***").empty());
  CHECK(find_bodies(kStart + "\n \n" + kEnd).marked);
  CHECK(body_of("").empty());
}

TEST_CASE("license is cut the same wherever the text is looked at in parts") {
  const std::string text = "head\r\n" + kStart + "book\r\n" + kEnd + "tail Project Gutenberg\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    BodyFinder finder(text);
    finder.look_until(cut);
    finder.look_until(text.size());
    REQUIRE(finder.bodies().books.size() == 1);
    CHECK(finder.bodies().books[0].begin == 6 + kStart.size());
  }
}

}  // namespace
}  // namespace folio::textbooks
