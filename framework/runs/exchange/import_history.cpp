// Histories as tables: .csv, as Folio, Weights & Biases, PyTorch Lightning and Keras write them, and .jsonl, a row a
// line.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "formats/csv.h"
#include "formats/description_json.h"
#include "runs/exchange/history.h"
#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A table's runs by name, in the order in which they are first met.
class Histories {
 public:
  History& of(const std::string& name) {
    const auto found = places_.find(name);
    if (found != places_.end()) return histories_[found->second].second;
    places_[name] = histories_.size();
    return histories_.emplace_back(name, History()).second;
  }

  const std::vector<std::pair<std::string, History>>& all() const { return histories_; }

 private:
  std::vector<std::pair<std::string, History>> histories_;
  std::map<std::string, std::size_t> places_;
};

json cell_value(const std::string& cell) {
  if (cell.empty()) return nullptr;
  double number = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (error != std::errc() || end != cell.data() + cell.size()) return cell;
  return number_to_json(number);
}

/// "glowing-dew-1 - loss" of a chart that W&B exports, with columns __MIN and __MAX beside it: the run and its metric.
std::optional<std::pair<std::string, std::string>> charted(const std::string& column) {
  const std::size_t place = column.rfind(" - ");
  if (place == std::string::npos) return std::nullopt;
  return std::pair(column.substr(0, place), column.substr(place + 3));
}

/// Rows (run, step, metric, value), as export_points_csv() writes them; the step may have another of its names.
void read_long(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
               Histories& histories) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < header.size(); ++i) place[header[i]] = i;
  const std::string step =
      place.contains("step") ? "step" : *std::find_if(header.begin(), header.end(), [](const auto& name) {
        return step_in(json::object({{name, 0}})).has_value();
      });
  const auto at = [&](const std::vector<std::string>& row, const std::string& name) {
    const std::size_t i = place.at(name);
    return i < row.size() ? row[i] : "";
  };
  for (std::size_t i = 1; i < rows.size(); ++i)
    histories.of(at(rows[i], "run"))
        .add_row({{step, cell_value(at(rows[i], step))}, {at(rows[i], "metric"), cell_value(at(rows[i], "value"))}});
}

/// A row for each step, a column for each metric; with a column `run`, or columns "run - metric", of many runs.
void read_wide(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
               Histories& histories) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    std::map<std::string, json> by_run;
    json shared = json::object();
    std::string run;
    for (std::size_t c = 0; c < header.size() && c < rows[i].size(); ++c) {
      const std::string& name = header[c];
      if (name.empty() || name.ends_with("__MIN") || name.ends_with("__MAX")) continue;  // pandas' index, W&B's bounds
      if (name == "run")
        run = rows[i][c];
      else if (const auto chart = charted(name))
        by_run[chart->first][chart->second] = cell_value(rows[i][c]);
      else
        shared[name] = cell_value(rows[i][c]);
    }
    if (by_run.empty()) by_run[run] = json::object();
    for (auto& [name, values] : by_run) {
      values.update(shared);
      histories.of(name).add_row(values);
    }
  }
}

Histories read_table(const fs::path& file) {
  const auto rows = read_csv(read_file(file, ErrorKind::store, kLargestImport), file.string());
  Histories histories;
  if (rows.empty()) throw Error(ErrorKind::store, file.string() + ": is empty");
  const std::set<std::string> names(rows[0].begin(), rows[0].end());
  json header = json::object();
  for (const std::string& name : names) header[name] = 0;
  if (!step_in(header)) {
    throw Error(ErrorKind::store,
                fmt::format("{}: has no column 'step' (or '_step', 'Step', 'global_step', 'epoch') among {}",
                            file.string(), fmt::join(names, ", ")));
  }
  const bool is_long = names.contains("run") && names.contains("metric") && names.contains("value");
  is_long ? read_long(rows[0], rows, histories) : read_wide(rows[0], rows, histories);
  return histories;
}

/// `bad` receives a sentence for lines that are no JSON object.
Histories read_lines(const fs::path& file, std::vector<std::string>& bad) {
  std::istringstream lines(read_file(file, ErrorKind::store, kLargestImport));
  Histories histories;
  std::int64_t number = 0, broken = 0, first = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    json row;
    try {
      row = read_python_json(line, file.string());
    } catch (const Error&) {  // one line among many, counted
    }
    if (!row.is_object()) {
      if (broken++ == 0) first = number;
      continue;
    }
    const std::string run = text_in(row, "run");
    row.erase("run");
    histories.of(run).add_row(row);
  }
  if (broken > 0) bad.push_back(fmt::format("{} lines that are not JSON objects; the first is line {}", broken, first));
  return histories;
}

}  // namespace

FoundRuns import_history(const fs::path& path) {
  FoundRuns found;
  const bool table = path.extension() == ".csv" || path.extension() == ".tsv";
  if (fs::is_directory(path) || (!table && path.extension() != ".jsonl")) return found;
  std::vector<std::string> bad;
  const Histories histories = table ? read_table(path) : read_lines(path, bad);
  bool any = false;
  for (const auto& [name, history] : histories.all()) any = any || !history.empty();
  if (!any) {
    throw Error(ErrorKind::store, path.string() + ": has no metrics; expected rows with a step and numbers" +
                                      (bad.empty() ? "" : "; " + bad.front()));
  }
  for (const auto& [name, history] : histories.all()) {
    ImportedRun run(table ? "CSV" : "JSON lines", path);
    run.info.name = name.empty() ? path.stem().string() : name;
    if (!name.empty()) run.from += ":" + name;
    const auto began = history.write(run);
    run.began(began ? began : file_time(path));
    for (const std::string& sentence : bad) run.unread(sentence);
    run.ended(RunState::finished);
    found.runs.push_back(std::move(run));
  }
  return found;
}

}  // namespace folio::runs
