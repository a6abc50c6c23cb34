#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Comma-separated values (RFC 4180).
namespace folio {

/// The text as a cell: in quotes where it holds a separator (of which spreadsheets know several), a quote or a line
/// end, and behind an apostrophe where a spreadsheet would take it for a formula (=, @, a tab, or + or - and no
/// number).
std::string csv_cell(std::string_view text);

/// The number in full, whole ones without a point or an exponent; nan, inf and -inf.
std::string csv_number(double number);

/// Rows of cells. Cells are separated by what the first line has most of: commas, semicolons or tabs. Throws Error
/// (store) naming `name` where there are more than `most_cells`, which would take many times the text's memory.
std::vector<std::vector<std::string>> read_csv(std::string_view text, const std::string& name,
                                               std::size_t most_cells = 20'000'000);

}  // namespace folio
