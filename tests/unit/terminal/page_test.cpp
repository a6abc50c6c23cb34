#include "terminal/page.h"

#include <catch2/catch.hpp>

using namespace folio;

TEST_CASE("text is wrapped at blanks, a longer word alone") {
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("aufgewachsen ja", 0, 5) == "aufgewachsen\nja\n");
  CHECK(wrapped("", 2, 80).empty());
  CHECK(wrapped("Größe über", 0, 10) == "Größe über\n");  // columns, not bytes
}

TEST_CASE("a page for the terminal aligns findings and indents tables") {
  Page page(Page::Form::terminal, Paint(false), 40);
  page.heading("Can they?", "Partly.");
  page.finding("differs", "data: a | b", "They read different texts, so no.");
  Table table({{"x"}, {"y"}});
  table.add_row({"1", "2"});
  page.heading("Numbers");
  page.table(table);
  page.drawing("##\n#\n");
  CHECK(page.text() ==
        "Can they? Partly.\n"
        "  differs  data: a | b\n"
        "           They read different texts, so\n"
        "           no.\n"
        "\n"
        "Numbers\n"
        "  x  y\n"
        "  1  2\n"
        "  ##\n"
        "  #\n");
}

TEST_CASE("a finding's word may be painted or missing") {
  Page page(Page::Form::terminal, Paint(true), 40);
  page.finding(page.paint().yellow("unknown"), "seed");
  page.finding("", "more of it");
  CHECK(page.text() == "  \x1b[33munknown\x1b[0m  seed\n           more of it\n");
}

TEST_CASE("a page of Markdown is neither painted nor wrapped") {
  Page page(Page::Form::markdown, Paint(true), 20);
  page.heading("Can they?", "Yes.");
  page.finding(page.paint().yellow("differs"), "data: a", "A sentence that is longer than a line");
  page.drawing("##\n");
  CHECK(page.text() ==
        "## Can they?\n\nYes.\n\n"
        "- **differs** data: a. A sentence that is longer than a line\n"
        "\n```\n##\n```\n");
}
