#include <fmt/format.h>

#include <set>
#include <utility>

#include "runs/compare/run_table.h"
#include "runs/plot/make_plot.h"
#include "runs/plot/plot_json.h"
#include "runs/query/compare_runs.h"
#include "runs/query/run_choice.h"
#include "runs/report/comparison_json.h"
#include "runs/report/run_table_report.h"
#include "serve/api.h"
#include "serve/parameters.h"

namespace folio::serve {
namespace {

std::string required_parameter(const Target& target, const char* name) {
  auto value = target.value(name);
  if (!value || value->empty()) throw HttpError(400, std::string("expected the parameter '") + name + "', a run");
  return std::move(*value);
}

/// How often each was resumed.
nlohmann::json resumed_json(runs::Store& store, const std::vector<runs::RunSummary>& runs) {
  nlohmann::json resumed = nlohmann::json::object();
  for (const runs::RunSummary& run : runs) resumed[run.id] = store.session_count(run.id);
  return resumed;
}

}  // namespace

/// The runs that are named, each once, else all, or the finished ones; of these those that meet the condition. However
/// they are chosen, they are no more than may be named.
std::vector<runs::RunSummary> Api::named_or_chosen(const Target& target, const RunSnapshot& snapshot, bool finished) {
  const std::string where = target.value("where").value_or("");
  const std::vector<std::string> names = target.values("run");
  if (names.size() > kMostNamed) throw HttpError(400, fmt::format("more than {} runs are named", kMostNamed));
  if (names.empty()) {
    auto chosen = runs::choose_runs(snapshot.runs(), snapshot.fields(), {{}, where, finished}, snapshot.unread());
    if (chosen.size() <= kMostNamed) return chosen;
    throw HttpError(400, fmt::format("{} runs are meant, of at most {}; choose fewer with 'run' or 'where'",
                                     chosen.size(), kMostNamed));
  }
  std::vector<runs::RunSummary> named;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const std::string id = id_of(name);
    const runs::RunSummary* run = snapshot.find(id);
    if (run != nullptr && seen.insert(id).second) named.push_back(*run);
  }
  return runs::choose_runs(std::move(named), snapshot.fields(), {{}, where, false}, snapshot.unread());
}

Response Api::diff(const Target& target) {
  require_known_parameters(target, {"a", "b"});
  const std::string a = id_of(required_parameter(target, "a")), b = id_of(required_parameter(target, "b"));
  if (a == b) throw HttpError(400, "both are run " + a + "; name another to compare it with");
  const KnownRuns known = watch_.known();
  const auto compared =
      stores_.with([&](runs::Store& store) { return runs::compare_runs(store, known.snapshot->runs(), a, b); });
  return json_response(runs::to_json(compared.a, compared.b, compared.comparison));
}

Response Api::plot(const Target& target) {
  require_known_parameters(target,
                           {"run", "where", "metric", "x", "smoothing", "group", "log_x", "log_y", "points", "after"});
  constexpr std::int64_t kMostPoints = 100'000;
  runs::PlotRequest request;
  request.metric = target.value("metric").value_or(request.metric);
  if (const auto axis = target.value("x")) request.x = runs::x_axis_from_string(*axis);
  request.smoothing = real_parameter(target, "smoothing", 0);
  request.group = flag_parameter(target, "group");
  request.log_x = flag_parameter(target, "log_x");
  request.log_y = flag_parameter(target, "log_y");
  const auto usual = static_cast<std::int64_t>(request.most_points);
  request.most_points = static_cast<std::size_t>(number_parameter(target, "points", usual, 2, kMostPoints));
  if (const auto cursor = target.value("after")) request.after = runs::plot_cursor_from_string(*cursor);
  const KnownRuns known = watch_.known();
  const RunSnapshot& snapshot = *known.snapshot;
  const auto chosen = named_or_chosen(target, snapshot);
  nlohmann::json answer = stores_.with([&](runs::Store& store) {
    // Before the points: of a run that is resumed meanwhile they are then asked for once too often, and not too seldom.
    nlohmann::json resumed = resumed_json(store, chosen);
    CachedSource source(store, points_, chosen, request);
    nlohmann::json plot =
        runs::to_json(runs::make_plot(chosen, *snapshot.settings(), snapshot.fields(), request, source));
    plot["resumed"] = std::move(resumed);
    return plot;
  });
  return json_response(std::move(answer));
}

Response Api::compare(const Target& target) {
  require_known_parameters(target, {"run", "group", "metrics", "where"});
  const KnownRuns known = watch_.known();
  const RunSnapshot& snapshot = *known.snapshot;
  const auto chosen = named_or_chosen(target, snapshot, /*finished=*/true);
  runs::TableRequest request;
  request.metrics = list_parameter(target, "metrics");
  request.group = flag_parameter(target, "group");
  const runs::RunTable table = runs::make_table(chosen, *snapshot.settings(), snapshot.fields(), request);
  return json_response(runs::to_json(table, *snapshot.settings()));
}

}  // namespace folio::serve
