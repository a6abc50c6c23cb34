#include "formats/csv.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace folio;

TEST_CASE("a cell of CSV cannot begin a formula") {
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("@SUM(A1)") == "'@SUM(A1)");
  CHECK(csv_cell("+cmd|' /C calc'!A0") == "'+cmd|' /C calc'!A0");
  CHECK(csv_cell("-2+3") == "'-2+3");
  CHECK(csv_cell("-") == "'-");
  CHECK(csv_cell("\t=1") == "\"'\t=1\"");
  const std::vector<std::string> blanks_of_kinds{
      " ", "  \t", "\v", "\f", "\u00A0", "\u3000", "\u200B", "\uFEFF", std::string(1, '\0')};
  for (const std::string& blanks : blanks_of_kinds)
    for (const std::string formula : {"=1+1", "@SUM(A1)", "-2+3", "+x"})
      CHECK_THAT(csv_cell(blanks + formula), Catch::Contains("'" + blanks + formula));
  CHECK_THAT(csv_cell("\n=1"), Catch::StartsWith("\"'\n=1"));
  CHECK(csv_cell("\uFF1D1+1") == "'\uFF1D1+1");
  CHECK(csv_cell("\r=1") == "\"'\r=1\"");
  CHECK(csv_cell("=HYPERLINK(\"http://x\",\"y\")") == "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
}

TEST_CASE("numbers and other text are cells as they are") {
  for (const char* text : {"-1.5", "+1.5", "-1e-05", "-.5", "a=b", "loss", "a-b", "", "'=x", " -1.5", " a", " "})
    CHECK(csv_cell(text) == text);
  CHECK(csv_cell("a;b") == "\"a;b\"");
  CHECK(csv_cell("a\"b\nc") == "\"a\"\"b\nc\"");
}
