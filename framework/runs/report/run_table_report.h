#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "runs/compare/run_table.h"
#include "terminal/table.h"

/// A table of runs as text, Markdown, CSV and JSON.
namespace folio::runs {

/// Its columns and rows, without the notes.
Table as_table(const RunTable& table);

/// In lines of `width` columns at most (Table::fitted()); 0 is any width.
std::string to_text(const RunTable& table, int width = 0);
std::string to_markdown(const RunTable& table);
/// RFC 4180, but with lines that end as everywhere here; numbers in full. A group's metric has a second column, its
/// deviation, and `runs` counts its runs.
std::string to_csv(const RunTable& table);
/// {"rows": [{"id", "name", "state", "settings", "metrics"}], "notes"}; of groups {"runs": [ids], "settings",
/// "metrics": {name: {"mean", "deviation", "count"}}}.
nlohmann::json to_json(const RunTable& table, const RunSettings& settings);

}  // namespace folio::runs
