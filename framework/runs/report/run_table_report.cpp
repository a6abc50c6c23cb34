#include "runs/report/run_table_report.h"

#include <fmt/format.h>

#include "formats/csv.h"
#include "formats/description_json.h"
#include "runs/record/metrics.h"
#include "terminal/page.h"
#include "terminal/table.h"

namespace folio::runs {
namespace {

using nlohmann::json;
using Kind = Field::Kind;

std::string shown(const Field& field, const TableCell& cell) {
  const double* number = std::get_if<double>(&cell.value);
  if (!number) return std::holds_alternative<std::string>(cell.value) ? std::get<std::string>(cell.value) : "";
  if (field.kind != Kind::metric) return fmt::format("{}", *number);
  const std::string text = metric_text(field.name, *number);
  return cell.deviation ? text + " ± " + metric_text(field.name, *cell.deviation) : text;
}

bool has_numbers(const RunTable& table, std::size_t column) {
  if (table.columns[column].kind == Kind::metric) return true;
  for (const RunTable::Row& row : table.rows)
    if (std::holds_alternative<double>(row.cells[column].value)) return true;
  return false;
}

}  // namespace

Table as_table(const RunTable& table) {
  using enum Table::Align;
  std::vector<Table::Column> columns;
  if (table.grouped) columns.push_back({"runs", right});
  constexpr int kMetric = 1, kName = 2;  // what is compared stays longer than the settings
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const Field& field = table.columns[c];
    const int weight = field.name == "name" ? kName : field.kind == Kind::metric ? kMetric : 0;
    columns.push_back({field.name, has_numbers(table, c) ? right : left, weight});
  }
  Table result(std::move(columns));
  for (const RunTable::Row& row : table.rows) {
    std::vector<std::string> cells;
    if (table.grouped) cells.push_back(std::to_string(row.runs.size()));
    for (std::size_t c = 0; c < table.columns.size(); ++c) cells.push_back(shown(table.columns[c], row.cells[c]));
    result.add_row(std::move(cells));
  }
  return result;
}

namespace {

std::vector<std::string> notes_of(const RunTable& table) {
  std::vector<std::string> notes = table.notes;
  if (!table.without_column.empty()) notes.insert(notes.begin(), table.without_column);
  return notes;
}

std::string notes_text(const RunTable& table) {
  std::string text;
  for (const std::string& note : notes_of(table)) text += "\n" + note + "\n";
  return text;
}

std::string in_full(const FieldValue& value) {
  if (const double* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return std::holds_alternative<std::string>(value) ? csv_cell(std::get<std::string>(value)) : "";
}

std::string csv_line(const std::vector<std::string>& cells) { return fmt::format("{}\n", fmt::join(cells, ",")); }

json group_metric(const TableCell& cell) {
  return {{"mean", number_to_json(std::get<double>(cell.value))},
          {"deviation", cell.deviation ? number_to_json(*cell.deviation) : json()},
          {"count", cell.count}};
}

json metrics_to_json(const RunTable& table, const RunTable::Row& row) {
  json metrics = json::object();
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const double* number = std::get_if<double>(&row.cells[c].value);
    if (table.columns[c].kind != Kind::metric || !number) continue;
    metrics[table.columns[c].name] = table.grouped ? group_metric(row.cells[c]) : number_to_json(*number);
  }
  return metrics;
}

}  // namespace

std::string to_text(const RunTable& table, int width) {
  std::string text = as_table(table).fitted(width);
  for (const std::string& note : notes_of(table)) text += "\n" + (width > 0 ? wrapped(note, 0, width) : note + "\n");
  return text;
}

std::string to_markdown(const RunTable& table) { return as_table(table).to_markdown() + notes_text(table); }

std::string to_csv(const RunTable& table) {
  std::vector<std::string> cells;
  if (table.grouped) cells.emplace_back("runs");
  const auto has_deviation = [&](const Field& field) { return table.grouped && field.kind == Kind::metric; };
  for (const Field& field : table.columns) {
    cells.push_back(csv_cell(field.name));
    if (has_deviation(field)) cells.push_back(csv_cell(field.name + "_deviation"));
  }
  std::string text = csv_line(cells);
  for (const RunTable::Row& row : table.rows) {
    cells.clear();
    if (table.grouped) cells.push_back(std::to_string(row.runs.size()));
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const TableCell& cell = row.cells[c];
      cells.push_back(in_full(cell.value));
      if (has_deviation(table.columns[c])) cells.push_back(cell.deviation ? fmt::format("{}", *cell.deviation) : "");
    }
    text += csv_line(cells);
  }
  return text;
}

json to_json(const RunTable& table, const RunSettings& settings) {
  json rows = json::array();
  for (const RunTable::Row& row : table.rows) {
    json object;
    const RunSummary& first = *row.runs.front();
    if (table.grouped)
      for (const RunSummary* run : row.runs) object["runs"].push_back(run->id);
    else
      object = {{"id", first.id}, {"name", first.name}};
    object["state"] = to_string(first.state);
    object["settings"] = json::object();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const bool known = !std::holds_alternative<std::monostate>(row.cells[c].value);
      if (table.columns[c].kind != Kind::setting || !known) continue;
      object["settings"][table.columns[c].name] = *settings.value(first.id, table.columns[c].key);
    }
    object["metrics"] = metrics_to_json(table, row);
    rows.push_back(std::move(object));
  }
  return {{"rows", std::move(rows)}, {"notes", notes_of(table)}};
}

}  // namespace folio::runs
