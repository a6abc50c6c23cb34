#include "formats/csv.h"

#include <catch2/catch.hpp>

using namespace folio;

TEST_CASE("a cell of CSV cannot begin a formula") {
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("@SUM(A1)") == "'@SUM(A1)");
  CHECK(csv_cell("+cmd|' /C calc'!A0") == "'+cmd|' /C calc'!A0");
  CHECK(csv_cell("-2+3") == "'-2+3");
  CHECK(csv_cell("-") == "'-");
  CHECK(csv_cell("\t=1") == "\"'\t=1\"");
  CHECK(csv_cell("\r=1") == "\"'\r=1\"");
  CHECK(csv_cell("=HYPERLINK(\"http://x\",\"y\")") == "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
}

TEST_CASE("numbers and other text are cells as they are") {
  for (const char* text : {"-1.5", "+1.5", "-1e-05", "-.5", "a=b", "loss", "a-b", "", "'=x"})
    CHECK(csv_cell(text) == text);
  CHECK(csv_cell("a;b") == "\"a;b\"");
  CHECK(csv_cell("a\"b\nc") == "\"a\"\"b\nc\"");
}
