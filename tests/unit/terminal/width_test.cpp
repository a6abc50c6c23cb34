#include <catch2/catch.hpp>

#include "terminal/terminal.h"

using namespace folio;

TEST_CASE("wide characters take two columns and combining ones none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("羅密歐") == 6);
  CHECK(display_width("ｆｕｌｌ") == 8);
  CHECK(display_width("한국") == 4);
  CHECK(display_width("👍") == 2);
  CHECK(display_width("𠀋") == 2);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("ทุ") == 1);
  CHECK(display_width("עִ") == 1);
  CHECK(display_width("ж") == 1);
  CHECK(display_width(Paint(true).red("羅")) == 2);
}

TEST_CASE("what terminals show in different widths is counted as the widest, and tables do without it") {
  CHECK(display_width("❤") == 1);
  CHECK(display_width("❤\uFE0F") == 2);
  CHECK(display_width("1\uFE0F\u20E3x") == 3);
  CHECK(display_width("⚡\uFE0F") == 2);
  CHECK(display_width("🇩🇪") == 2);
  CHECK(of_even_width("a❤\uFE0Fb") == "a❤b");
  CHECK(of_even_width("👍🏽") == "👍");
  CHECK(of_even_width("羅e\u0301\xff") == "羅e\u0301\xff");
  CHECK(cut_to_width("ab❤\uFE0Fcd", 5) == "ab❤\uFE0F…");
  CHECK(cut_to_width("ab❤\uFE0Fcd", 4) == "ab❤…");
}

TEST_CASE("what is replaced on its way to the terminal takes a column") {
  CHECK(display_width("\u202e\u200b") == 2);
  CHECK(display_width("a\xff") == 2);
}

TEST_CASE("text is cut to a width, between characters, and keeps its colours") {
  CHECK(cut_to_width("romeo", 5) == "romeo");
  CHECK(cut_to_width("romeo", 4) == "rom…");
  CHECK(cut_to_width("羅密歐", 4) == "羅…");
  CHECK(cut_to_width("羅密歐", 5) == "羅密…");
  CHECK(cut_to_width("romeo", 1) == "…");
  CHECK(cut_to_width(Paint(true).red("romeo"), 3) == "\x1b[31mro…\x1b[0m");
}
