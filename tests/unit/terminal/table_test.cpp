#include "terminal/table.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

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

TEST_CASE("a table that is too wide for a terminal cuts text before it leaves columns out, and never a number") {
  Table table({{"id"}, {"name"}, {"loss", Table::Align::right}, {"created"}});
  table.add_row({"3fa9b2c1", "a-rather-long-name-of-a-run", "5.7613", "2026-11-28 19:23"});
  table.add_row({"b2c13fa9", "short", "10.25", ""});
  CHECK(table.fitted(0) == table.to_text());
  CHECK(table.fitted(200) == table.to_text());
  CHECK(table.fitted(50) ==
        "id        name               loss  created\n"
        "3fa9b2c1  a-rather-long-…  5.7613  2026-11-28 19:…\n"
        "b2c13fa9  short             10.25\n");
  CHECK(table.fitted(36) ==
        "id        name                  loss\n"
        "3fa9b2c1  a-rather-long-nam…  5.7613\n"
        "b2c13fa9  short                10.25\n"
        "No room for: created\n");
  for (int width = 20; width < 80; ++width) {
    std::istringstream lines(table.fitted(width));
    for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
  }
}

TEST_CASE("sentences in the last column are wrapped, or stand below their row where there is no room beside it") {
  Table table({{"metric"}, {"what it means"}});
  table.add_row(
      {"train_samples_per_second", "How many samples were trained in a second, /a/path/that/is/long/and/has/no/blank"});
  CHECK(table.fitted(60) ==
        "metric                    what it means\n"
        "train_samples_per_second  How many samples were trained in a\n"
        "                          second,\n"
        "                          /a/path/that/is/long/and/has/no/bl\n"
        "                          ank\n");
  CHECK(table.fitted(40) ==
        "metric\n"
        "train_samples_per_second\n"
        "    How many samples were trained in a\n"
        "    second,\n"
        "    /a/path/that/is/long/and/has/no/blan\n"
        "    k\n");
}

TEST_CASE("of columns that are left out those of the least weight go first, and among them the last") {
  using enum Table::Align;
  Table table({{"id"}, {"setting", left}, {"other", left}, {"loss", right, 1}});
  table.add_row({"3fa9b2c1", "0.1", "7", "5.7613"});
  CHECK(table.fitted(25) == "id        setting    loss\n3fa9b2c1  0.1      5.7613\nNo room for: other\n");
  CHECK(table.fitted(20) == "id          loss\n3fa9b2c1  5.7613\nNo room for:\nsetting, other\n");
}

TEST_CASE("a cell is one line") {
  Table table({{"a"}, {"b"}});
  table.add_row({"x\ny\tz", "1"});
  CHECK(table.to_text() == "a      b\nx y z  1\n");
  CHECK(table.to_markdown() == "| a | b |\n|-|-|\n| x y z | 1 |\n");
}
