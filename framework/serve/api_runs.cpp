#include <algorithm>
#include <numeric>

#include "runs/compare/where.h"
#include "runs/record/metrics.h"
#include "runs/report/run_json.h"
#include "serve/api.h"
#include "serve/parameters.h"
#include "serve/where_completion.h"

namespace folio::serve {
namespace {

using nlohmann::json;
using runs::RunSummary;

constexpr std::int64_t kMostRows = 10'000;

/// Places in the snapshot of the runs that are wanted, in the order that is.
std::vector<std::size_t> chosen_places(const RunSnapshot& snapshot, const std::string& where, const std::string& sort,
                                       bool descending) {
  const auto& runs = snapshot.runs();
  const runs::RunFields& fields = snapshot.fields();
  std::vector<std::size_t> places(runs.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  if (!where.empty()) {
    const runs::Where condition(where, fields);
    std::erase_if(places, [&](std::size_t place) { return !condition.holds(runs[place], fields); });
  }
  if (sort.empty()) return places;
  const runs::Field field = fields.require(sort, "sort");
  std::vector<runs::FieldValue> values;
  for (const std::size_t place : places) values.push_back(fields.value(runs[place], field));
  std::vector<std::size_t> sorted;
  for (const std::size_t place : runs::sorted_places(values, descending)) sorted.push_back(places[place]);
  return sorted;
}

json settings_json(const RunSnapshot& snapshot, const std::string& id, const std::vector<std::string>& keys) {
  json result = json::object();
  for (const std::string& key : keys) {
    const auto number = snapshot.settings()->find_key(key);
    const json* value = number ? snapshot.settings()->value(id, *number) : nullptr;
    if (value != nullptr) result[key] = *value;
  }
  return result;
}

/// The run as it was a moment ago.
json run_json(const KnownRuns& known, const RunSummary& run) {
  const auto live = known.live->find(run.id);
  if (live == known.live->end()) return runs::to_json(run);
  json result = runs::to_json(live->second.summary);
  if (runs::is_active(live->second.summary.state)) result["progress"] = progress_json(live->second.progress);
  return result;
}

}  // namespace

json progress_json(const Progress& progress) {
  json result{{"step", progress.step}};
  if (progress.steps) result["steps"] = *progress.steps;
  if (progress.seconds_left) result["seconds_left"] = *progress.seconds_left;
  return result;
}

/// Of the settings that not all of these runs, which are those that meet the condition, have alike.
std::vector<std::string> Api::differing_keys(const std::shared_ptr<const RunSnapshot>& snapshot,
                                             const std::string& where, const std::vector<std::size_t>& places) {
  const std::lock_guard lock(differing_.mutex);
  if (differing_.snapshot.lock() == snapshot && differing_.where == where) return differing_.keys;
  std::vector<RunSummary> ids;  // all that is asked of them
  for (const std::size_t place : places) {
    RunSummary run;
    run.id = snapshot->runs()[place].id;
    ids.push_back(std::move(run));
  }
  differing_.keys = snapshot->settings()->differences(ids).differing;
  differing_.snapshot = snapshot;
  differing_.where = where;
  return differing_.keys;
}

Response Api::runs(const Target& target) {
  require_known_parameters(target, {"where", "sort", "descending", "limit", "offset", "settings"});
  const auto limit = static_cast<std::size_t>(number_parameter(target, "limit", 100, 0, kMostRows));
  const auto offset = static_cast<std::size_t>(number_parameter(target, "offset", 0, 0, 1'000'000'000));
  const KnownRuns known = watch_.known();
  const RunSnapshot& snapshot = *known.snapshot;
  const std::string where = target.value("where").value_or("");
  const auto places =
      chosen_places(snapshot, where, target.value("sort").value_or(""), flag_parameter(target, "descending"));
  std::vector<std::string> keys = list_parameter(target, "settings");
  json answer{{"total", snapshot.runs().size()}, {"matching", places.size()}, {"version", known.version}};
  const bool with_settings = !keys.empty();
  if (keys == std::vector<std::string>{"differ"})
    answer["differing"] = keys = differing_keys(known.snapshot, where, places);
  json rows = json::array();
  for (std::size_t i = offset; i < places.size() && rows.size() < limit; ++i) {
    const RunSummary& run = snapshot.runs()[places[i]];
    rows.push_back(run_json(known, run));
    if (with_settings) rows.back()["settings"] = settings_json(snapshot, run.id, keys);
  }
  answer["runs"] = std::move(rows);
  return json_response(std::move(answer));
}

Response Api::fields() {
  const KnownRuns known = watch_.known();
  json answer{{"metrics", json::array()}, {"of_whole_run", json::array()}, {"other", json::array()}};
  std::vector<std::string> settings = known.snapshot->settings()->keys();
  std::sort(settings.begin(), settings.end());
  answer["settings"] = settings;
  for (const std::string& name : known.snapshot->fields().names()) {
    const auto field = known.snapshot->fields().find(name);
    if (field->kind == runs::Field::Kind::metric) {
      answer["metrics"].push_back(name);
      const runs::Metric* declared = runs::find_metric(name);
      if (declared != nullptr && declared->phase == runs::Phase::run) answer["of_whole_run"].push_back(name);
    } else if (field->kind != runs::Field::Kind::setting) {
      answer["other"].push_back(name);
    }
  }
  return json_response(std::move(answer));
}

Response Api::complete(const Target& target) {
  require_known_parameters(target, {"text", "at"});
  const std::string text = target.value("text").value_or("");
  const auto end = static_cast<std::int64_t>(text.size());
  const auto at = static_cast<std::size_t>(number_parameter(target, "at", end, 0, end));
  const Completion completion = complete_where(text, at, *watch_.known().snapshot);
  return json_response({{"from", completion.from}, {"to", completion.to}, {"words", completion.words}});
}

}  // namespace folio::serve
