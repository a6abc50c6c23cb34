#include "runs/report/metrics_json.h"

namespace folio::runs {

using nlohmann::json;

json to_json(const Metric& metric) {
  return {{"name", metric.name},
          {"better", to_string(metric.direction)},
          {"unit", metric.unit},
          {"meaning", metric.meaning},
          {"definition", metric.definition}};
}

json to_json(const FactMeaning& fact) {
  return {{"name", fact.name}, {"better", "none"}, {"unit", fact.unit}, {"meaning", fact.meaning}, {"definition", ""}};
}

json meanings_json() {
  json metrics = json::array(), facts = json::array();
  for (const Metric& metric : all_metrics()) metrics.push_back(to_json(metric));
  for (const FactMeaning& fact : fact_meanings()) facts.push_back(to_json(fact));
  return {{"metrics", metrics}, {"facts", facts}};
}

}  // namespace folio::runs
