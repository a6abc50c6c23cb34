// Plain JSON: what `runner show --json` and `runner export --format json` print, or an object of numbers.

#include <fmt/format.h>

#include <algorithm>

#include "runs/exchange/imported_run.h"
#include "runs/exchange/read_values.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::map<std::string, double> numbers_of(const json& object, const std::string& where, ImportedRun& run) {
  std::map<std::string, double> numbers;
  for (const auto& [name, value] : object.items())
    if (const auto number = number_in(value))
      numbers[name] = *number;
    else
      run.unread(fmt::format("{}{} is not a number", where, name));
  return numbers;
}

/// The pairs of a list [[step, number], ...], and how many of it are none.
std::pair<std::map<std::int64_t, double>, std::int64_t> pairs_in(const json& list) {
  std::map<std::int64_t, double> pairs;
  std::int64_t broken = list.is_array() ? 0 : 1;
  if (list.is_array()) {
    for (const json& point : list) {
      const bool pair = point.is_array() && point.size() == 2;
      const auto step = pair ? integer_in(point[0]) : std::nullopt;
      const auto value = pair ? number_in(point[1]) : std::nullopt;
      step&& value ? void(pairs[*step] = *value) : void(++broken);
    }
  }
  return {pairs, broken};
}

/// {"loss": [[step, value], ...]}, and when each step was logged.
void add_series(ImportedRun& run, const json& points, const json& times) {
  std::map<std::int64_t, std::map<std::string, double>> by_step;
  for (const auto& [name, series] : points.items()) {
    const auto [values, broken] = pairs_in(series);
    for (const auto& [step, value] : values) by_step[step][name] = value;
    if (broken > 0) run.unread(fmt::format("points.{}: {} that are not [step, value]", name, broken));
  }
  const auto logged = pairs_in(times).first;
  for (const auto& [step, metrics] : by_step) {
    const auto time = logged.find(step);
    run.points(step, metrics, time == logged.end() ? std::nullopt : std::optional(time->second));
  }
}

std::vector<std::string> texts_in(const json& object, const char* key) {
  std::vector<std::string> texts;
  const json& list = member(object, key);
  if (!list.is_array()) return texts;
  for (const json& item : list)
    if (item.is_string()) texts.push_back(item.get<std::string>());
  return texts;
}

/// Where the run that was written came from, if it was an imported one.
std::optional<ImportOrigin> origin_in(const json& source) {
  const json& imported = member(source, "imported");
  ImportOrigin origin{text_in(imported, "format"), text_in(imported, "from"), text_in(imported, "content"),
                      text_in(imported, "name")};
  if (origin.format.empty() || origin.from.empty() || origin.content.empty()) return std::nullopt;
  return origin;
}

/// What run.json holds of it.
void add_info(ImportedRun& run, const json& source) {
  RunInfo& info = run.info;
  if (const std::string name = text_in(source, "name"); !name.empty()) info.name = name;
  if (member(source, "note").is_string()) info.note = text_in(source, "note");  // what Folio wrote may be empty
  run.began(time_in(text_in(source, "created")));
  info.command = texts_in(source, "command");
  info.overrides = texts_in(source, "overrides");
  info.experiment_file = text_in(source, "experiment_file");
  info.folio_version = text_in(source, "folio_version");
  info.git_commit = text_in(source, "git_commit");
  if (const json& origins = member(source, "origins"); origins.is_object())
    for (const auto& [key, origin] : origins.items())
      if (origin.is_string()) info.origins[key] = origin.get<std::string>();
  const json& plugins = member(source, "plugins");
  if (!plugins.is_array()) return;
  for (const json& plugin : plugins) {
    if (!plugin.is_object()) continue;
    info.plugins.push_back({text_in(plugin, "kind"), text_in(plugin, "id"), text_in(plugin, "version"),
                            text_in(plugin, "library"), text_in(plugin, "library_hash")});
  }
}

void add_end(ImportedRun& run, const json& source) {
  const std::string state = text_in(source, "state");
  const json& error = member(source, "error");
  if (state == "failed") {
    return run.ended(RunState::failed, text_in(error, "message"), std::nullopt,
                     error_kind_from_string(text_in(error, "kind")));
  }
  const auto names = run_state_names();
  if (!state.empty() && std::find(names.begin(), names.end(), state) == names.end())
    run.unread("the state '" + state + "', which is not a state of runs; here it is finished");
  const bool ongoing = state == "running" || state == "created";
  if (ongoing) run.unread("it had not ended when the file was written, so here it is interrupted");
  run.ended(ongoing || state == "interrupted" ? RunState::interrupted : RunState::finished);
}

/// As create_run() draws them.
bool is_drawn_id(const std::string& id) {
  return id.size() == kRunIdDigits && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

ImportedRun run_of(const json& source, const fs::path& path) {
  ImportedRun run("JSON", path);
  run.info.name = path.stem().string();
  run.began(file_time(path));
  const bool whole = member(source, "metrics").is_object();
  const auto metrics = whole ? numbers_of(source["metrics"], "metrics.", run) : numbers_of(source, "", run);
  const json& points = member(source, "points");
  if (metrics.empty() && !points.is_object() && !whole)
    throw Error(ErrorKind::store,
                path.string() + ": has no metrics, expected an object \"metrics\" or an object of numbers");
  if (whole || points.is_object()) {
    add_info(run, source);
    if (const std::string id = text_in(source, "id"); is_drawn_id(id)) {
      run.info.id = id;
      run.from = "run:" + id;
      run.info.imported = origin_in(source);
    }
    if (member(source, "settings").is_object()) run.settings = source["settings"];
    run.experiment = text_in(source, "experiment");
    if (member(source, "facts").is_object()) run.facts(source["facts"]);
    if (member(source, "environment").is_object()) run.environment(source["environment"]);
    run.tags(texts_in(source, "tags"));
    if (points.is_object()) add_series(run, points, member(source, "times"));
    if (const json& sample = member(source, "sample"); sample.is_object())
      run.sample({integer_in(member(sample, "step")).value_or(0), text_in(sample, "prompt"), text_in(sample, "text")});
  }
  run.summary(metrics);
  add_end(run, whole ? source : json());
  return run;
}

}  // namespace

FoundRuns import_json(const fs::path& path) {
  FoundRuns found;
  if (path.extension() != ".json" || fs::is_directory(path)) return found;
  const json source = read_python_json(path);
  if (!source.is_object()) throw Error(ErrorKind::store, path.string() + ": expected a JSON object");
  const json& several = member(source, "runs");
  if (several.is_array() && !source.contains("metrics")) {
    for (const json& run : several)
      if (run.is_object())
        found.runs.push_back(run_of(run, path));
      else
        found.passed_over.push_back(path.string() + ": one of its runs is not a JSON object");
    if (several.empty()) found.passed_over.push_back(path.string() + ": has no runs");
  } else {
    found.runs.push_back(run_of(source, path));
  }
  return found;
}

}  // namespace folio::runs
