// Plain JSON: what `runner show --json` and `runner export --format json` print, or an object of numbers.

#include <fmt/format.h>

#include "runs/exchange/imported_run.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::map<std::string, double> numbers_of(const json& object, const std::string& where, ImportReport& report) {
  std::map<std::string, double> numbers;
  for (const auto& [name, value] : object.items())
    if (const auto number = number_in(value))
      numbers[name] = *number;
    else
      report.unread.push_back(fmt::format("{}{} is not a number", where, name));
  return numbers;
}

/// {"loss": [[step, value], ...]}
void add_series(ImportedRun& run, const json& points) {
  std::map<std::int64_t, std::map<std::string, double>> by_step;
  for (const auto& [name, series] : points.items()) {
    std::int64_t broken = 0;
    for (const json& point : series) {
      const bool pair = point.is_array() && point.size() == 2 && point[0].is_number_integer();
      const auto value = pair ? number_in(point[1]) : std::nullopt;
      if (value) by_step[point[0].get<std::int64_t>()][name] = *value;
      broken += value ? 0 : 1;
    }
    if (broken > 0) run.report.unread.push_back(fmt::format("points.{}: {} that are no [step, value]", name, broken));
  }
  for (const auto& [step, metrics] : by_step) run.points(step, metrics);
}

std::string text_at(const json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

}  // namespace

std::vector<ImportedRun> import_json(const fs::path& path) {
  if (path.extension() != ".json" || fs::is_directory(path)) return {};
  const json source = read_python_json(path);
  if (!source.is_object()) throw Error(ErrorKind::store, path.string() + ": expected a JSON object");
  ImportedRun run("JSON", path);
  const bool whole = source.contains("metrics") && source["metrics"].is_object();
  const auto metrics =
      whole ? numbers_of(source["metrics"], "metrics.", run.report) : numbers_of(source, "", run.report);
  if (metrics.empty() && !source.contains("points"))
    throw Error(ErrorKind::store, path.string() + ": holds no metric, expected an object \"metrics\" or of numbers");
  run.info.name = path.stem().string();
  if (whole) {
    if (const std::string name = text_at(source, "name"); !name.empty()) run.info.name = name;
    if (const std::string note = text_at(source, "note"); !note.empty()) run.info.note = note;
    if (source.contains("settings") && source["settings"].is_object()) run.settings = source["settings"];
    if (source.contains("facts") && source["facts"].is_object()) run.facts(source["facts"]);
    if (source.contains("points") && source["points"].is_object()) add_series(run, source["points"]);
  }
  run.summary(metrics);
  const std::string state = text_at(source, "state");
  run.ended(whole && state == "interrupted" ? RunState::interrupted : RunState::finished);
  std::vector<ImportedRun> runs;
  runs.push_back(std::move(run));
  return runs;
}

}  // namespace folio::runs
