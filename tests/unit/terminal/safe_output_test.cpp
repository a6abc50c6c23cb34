#include "terminal/safe_output.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "terminal/terminal.h"

using namespace folio;

namespace {

std::string safe(std::string_view text, bool colour = false) {
  SafeText output(colour);
  std::string result = output.next(text);
  return result + output.finish();
}

}  // namespace

TEST_CASE("text keeps its lines and its letters on the way to a terminal") {
  const std::string text = "name\tloss\nдом  e\u0301  羅密  👍\n";
  CHECK(safe(text) == text);
  CHECK(safe("").empty());
}

TEST_CASE("what steers a terminal is replaced") {
  CHECK(safe("a\x1b[2Jb\rc\x07\x7f") == "a\uFFFD[2Jb\uFFFDc\uFFFD\uFFFD");
  CHECK(safe("\u009b2J") == "\uFFFD2J");  // C1's own CSI
  CHECK(safe("\x9b"
             "2J\xff") == "\uFFFD2J\uFFFD");  // the same byte alone is no UTF-8
  CHECK(safe("\x1b]0;title\x07") == "\uFFFD]0;title\uFFFD");
  for (const char* point : {"\u061c", "\u200b", "\u200d", "\u200e", "\u200f", "\u2028", "\u202a", "\u202e", "\u2060",
                            "\u2066", "\u2069", "\ufeff", "\u00ad", "\U000e0041"})
    CHECK(safe(std::string("a") + point + "b") == "a\uFFFDb");
}

TEST_CASE("colours pass where they are wanted, and nothing else that begins as they do") {
  const std::string painted = Paint(true).red("x") + "\x1b[38;5;16;48;5;153my\x1b[0m";
  CHECK(safe(painted, true) == painted);
  CHECK(safe(painted).find('\x1b') == std::string::npos);
  CHECK(safe("\x1b[2J", true) == "\uFFFD[2J");
  CHECK(safe("\x1b[?25l", true) == "\uFFFD[?25l");
  CHECK(safe("\x1b(0\x1b\\", true) == "\uFFFD(0\uFFFD\\");
  CHECK(safe("\x1b[" + std::string(100, '1') + "m", true).starts_with("\uFFFD[1"));
  CHECK(safe("\x1b[3", true) == "\uFFFD[3");
}

TEST_CASE("text may come in pieces of any size") {
  const std::string text = "a羅\x1b[31mé\x1b[0m\xe7\xbe\x1b[2J\u202eb\xf0\x9f";
  for (const bool colour : {false, true}) {
    const std::string whole = safe(text, colour);
    for (std::size_t size = 1; size < text.size(); ++size) {
      SafeText output(colour);
      std::string result;
      for (std::size_t at = 0; at < text.size(); at += size) result += output.next(text.substr(at, size));
      CHECK(result + output.finish() == whole);
    }
  }
}

TEST_CASE("both of the program's streams are safe while there is a SafeOutput") {
  std::ostringstream out, err;
  std::streambuf* const before_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const before_err = std::cerr.rdbuf(err.rdbuf());
  {
    const SafeOutput safe_output;
    std::cout << "a\x1b[2J" << 5 << '\r' << "\xe7";
    std::cerr << "b\u202e";
  }
  std::cout << "\r";
  std::cout.rdbuf(before_out);
  std::cerr.rdbuf(before_err);
  CHECK(out.str() == "a\uFFFD[2J5\uFFFD\uFFFD\r");
  CHECK(err.str() == "b\uFFFD");
}
