// Histories as tables: CSV, of which what was read is written so that it reads back the same, and JSON Lines.

#include <algorithm>
#include <string>
#include <vector>

#include "formats/csv.h"
#include "imports.h"

namespace folio::fuzz {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The same cells, of which some have an apostrophe before what a spreadsheet would take for a formula.
bool reads_back(const Rows& read, const Rows& written) {
  const auto same_cell = [](const std::string& a, const std::string& b) { return a == b || a == "'" + b; };
  return std::equal(read.begin(), read.end(), written.begin(), written.end(), [&](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_cell);
  });
}

}  // namespace

void one_input(std::string_view bytes) {
  static InputFile table("input.csv"), lines("input.jsonl");
  const auto rows = read_csv(bytes, "input.csv");
  std::string again;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) again += (i == 0 ? "" : ",") + csv_cell(row[i]);
    again += "\n";
  }
  // A first line of semicolons or tabs would be told to be separated by these, and a row of one empty cell be none.
  const bool is_plain = !rows.empty() && again.find_first_of(";\t") == again.npos && !again.starts_with("\xEF\xBB\xBF");
  bool has_blank = false;
  for (const auto& row : rows) has_blank = has_blank || (row.size() == 1 && row[0].empty());
  if (is_plain && !has_blank) FOLIO_FUZZ_REQUIRE(reads_back(read_csv(again, "again.csv"), rows));
  check_import(bytes.starts_with('{') ? lines.with(bytes) : table.with(bytes), "input.");
}

}  // namespace folio::fuzz
