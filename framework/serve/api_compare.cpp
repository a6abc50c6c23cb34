#include <utility>

#include "runs/compare/run_table.h"
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

}  // namespace

Response Api::diff(const Target& target) {
  require_known_parameters(target, {"a", "b"});
  const std::string a = id_of(required_parameter(target, "a")), b = id_of(required_parameter(target, "b"));
  if (a == b) throw HttpError(400, "both are run " + a + "; name another to compare it with");
  const KnownRuns known = watch_.known();
  const auto compared =
      stores_.with([&](runs::Store& store) { return runs::compare_runs(store, known.snapshot->runs(), a, b); });
  return json_response(runs::to_json(compared.a, compared.b, compared.comparison));
}

Response Api::compare(const Target& target) {
  require_known_parameters(target, {"run", "group", "metrics", "where"});
  const KnownRuns known = watch_.known();
  const RunSnapshot& snapshot = *known.snapshot;
  runs::RunChoice choice{target.values("run"), target.value("where").value_or(""), /*finished=*/true};
  if (choice.names.size() > kMostNamed) throw HttpError(400, "more runs are named than are compared at once");
  for (std::string& name : choice.names) name = id_of(name);
  const auto chosen = runs::choose_runs(snapshot.runs(), snapshot.fields(), choice, snapshot.unread());
  runs::TableRequest request;
  request.metrics = list_parameter(target, "metrics");
  request.group = flag_parameter(target, "group");
  const runs::RunTable table = runs::make_table(chosen, *snapshot.settings(), snapshot.fields(), request);
  return json_response(runs::to_json(table, *snapshot.settings()));
}

}  // namespace folio::serve
