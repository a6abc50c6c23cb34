#include "runs/record/run.h"

#include <array>
#include <cmath>
#include <utility>

#include "support/utf8.h"

namespace folio::runs {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<RunState, std::string_view>, 5> kStates{{
    {RunState::created, "created"},
    {RunState::running, "running"},
    {RunState::finished, "finished"},
    {RunState::interrupted, "interrupted"},
    {RunState::failed, "failed"},
}};

void flatten(const json& value, const std::string& key, std::map<std::string, json>& result) {
  if (!value.is_object()) {
    result[without_controls(key)] = value;
    return;
  }
  for (const auto& [name, inner] : value.items()) flatten(inner, key.empty() ? name : key + "." + name, result);
}

}  // namespace

std::string_view to_string(RunState state) { return kStates[static_cast<std::size_t>(state)].second; }

std::vector<std::string> run_state_names() {
  std::vector<std::string> names;
  for (const auto& [state, name] : kStates) names.emplace_back(name);
  return names;
}

RunState run_state_from_string(std::string_view name) {
  for (const auto& [state, its_name] : kStates)
    if (its_name == name) return state;
  throw Error(ErrorKind::store, "'" + std::string(name) + "' is not a state of runs");
}

bool is_active(RunState state) { return state == RunState::created || state == RunState::running; }

std::string tags_text(const std::set<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += (text.empty() ? "" : ", ") + tag;
  return text;
}

bool is_baseline(const RunSummary& run) { return run.id.starts_with("baseline/"); }

void require_own(const RunSummary& run) {
  if (run.other_folder.empty()) return;
  throw Error(ErrorKind::usage, "run " + run.id + " is in " + run.other_folder +
                                    ", in another results folder; it can be changed on that machine, with --results");
}

void require_folder(const Run& run) {
  if (run.summary.other_folder.empty() || std::filesystem::is_directory(run.folder.path())) return;
  throw Error(ErrorKind::usage,
              "run " + run.summary.id + " is in " + run.summary.other_folder +
                  ", which cannot be read from here; use that machine, or copy that folder and `runner import` it");
}

std::optional<double> metric_of(const Run& run, const std::string& name) {
  const auto found = run.summary.metrics.find(name);
  return found == run.summary.metrics.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, json> flat_settings(const json& settings) {
  std::map<std::string, json> result;
  flatten(settings, "", result);
  result.erase("name");
  result.erase("description");
  return result;
}

std::string value_text(const json& value) {
  if (value.is_object() && value.contains("name")) return value_text(value["name"]);
  if (value.is_string()) return without_controls(value.get_ref<const std::string&>());
  if (value.is_number_float()) {
    const double number = value.get<double>();
    constexpr double kExact = 1e15;  // below, a whole number keeps its digits
    if (number == std::floor(number) && std::abs(number) < kExact) return std::to_string(std::llround(number));
  }
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const json& item : value) text += (text.empty() ? "" : ", ") + value_text(item);
  return "[" + text + "]";
}

}  // namespace folio::runs
