#include "terminal/table.h"

#include <catch2/catch.hpp>

#include "terminal/terminal.h"

using namespace folio;

TEST_CASE("a table sets columns apart and leaves no trailing spaces") {
  Table table({{"name"}, {"loss", Table::Align::right}, {""}});
  table.add_row({"romeo", "5.7613", ""});
  table.add_row({"é", "10", "x"});
  CHECK(table.to_text() ==
        "name     loss\n"
        "romeo  5.7613\n"
        "é          10  x\n");
}

TEST_CASE("a table without titles has no heading") {
  Table table({{""}, {""}});
  CHECK(table.empty());
  table.add_row({"a", "b"});
  CHECK(table.to_text() == "a  b\n");
}

TEST_CASE("colour in a cell takes no room") {
  Table table({{"a"}, {"b"}});
  table.add_row({Paint(true).red("x"), "1"});
  table.add_row({"yy", "2"});
  CHECK(table.to_text() == "a   b\n\x1b[31mx\x1b[0m   1\nyy  2\n");
}

TEST_CASE("a table can be Markdown") {
  Table table({{"name"}, {"loss", Table::Align::right}});
  table.add_row({"a|b", "1"});
  CHECK(table.to_markdown() == "| name | loss |\n|-|-:|\n| a\\|b | 1 |\n");
}

TEST_CASE("a table keeps to a width by wrapping its last column") {
  Table table({{""}, {""}});
  table.add_row({"loss", "The mean of the training loss over all steps"});
  table.add_row({"epoch", "Passes"});
  CHECK(table.to_text(30) ==
        "loss   The mean of the\n"
        "       training loss over all\n"
        "       steps\n"
        "epoch  Passes\n");
  CHECK(table.to_text(80) == table.to_text());
}
