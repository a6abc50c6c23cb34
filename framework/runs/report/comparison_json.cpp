#include "runs/report/comparison_json.h"

#include "formats/description_json.h"
#include "runs/compare/conclusion.h"
#include "runs/record/metrics.h"

namespace folio::runs {
namespace {

using nlohmann::json;

json or_null(const std::optional<double>& value) { return value ? number_to_json(*value) : json(); }

json reasons_to_json(const std::vector<Check>& checks) {
  json reasons = json::array();
  for (const Check& check : checks) {
    if (check.finding == Finding::equal) continue;
    reasons.push_back({{"fact", check.name},
                       {"finding", to_string(check.finding)},
                       {"a", check.a},
                       {"b", check.b},
                       {"meaning", check.meaning}});
  }
  return reasons;
}

json settings_to_json(const std::vector<SettingDifference>& settings) {
  json result = json::object();
  for (const SettingDifference& setting : settings)
    result[setting.key] = {{"a", setting.a.value_or(json())}, {"b", setting.b.value_or(json())}};
  return result;
}

const char* standing_name(Standing standing) {
  switch (standing) {
    case Standing::comparable:
      return "yes";
    case Standing::uncertain:
      return "uncertain";
    case Standing::not_comparable:
      return "no";
  }
  __builtin_unreachable();
}

json group_to_json(const SeedGroup& group) {
  return {{"runs", group.runs}, {"mean", number_to_json(group.mean)}, {"deviation", or_null(group.deviation)}};
}

json spread_to_json(const SeedSpread& spread) {
  return {{"a", group_to_json(spread.a)},
          {"b", group_to_json(spread.b)},
          {"difference", number_to_json(spread.difference)},
          {"by_chance", number_to_json(spread.by_chance)},
          {"beyond", spread.beyond()}};
}

json metric_to_json(const MetricComparison& metric) {
  json result{{"a", or_null(metric.a)},
              {"b", or_null(metric.b)},
              {"difference", or_null(metric.difference)},
              {"ratio", or_null(metric.ratio)},
              {"comparable", standing_name(metric.standing)}};
  result["outcome"] = to_string(metric.outcome);
  result["leader"] = metric.leader ? json(*metric.leader == Side::a ? "a" : "b") : json();
  result["better"] = metric.outcome == Outcome::better ? result["leader"] : json();
  result["chance"] = metric.resolution ? json{{"difference", number_to_json(metric.resolution->by_chance)},
                                              {"from", to_string(metric.resolution->source)}}
                                       : json();
  if (metric.spread) result["seeds"] = spread_to_json(*metric.spread);
  if (const Metric* declared = find_metric(metric.name)) {
    result["unit"] = declared->unit;
    result["direction"] = to_string(declared->direction);
    result["meaning"] = declared->meaning;
  }
  return result;
}

json paired_to_json(const PairedDifference& paired) {
  return {{"parts", paired.parts},
          {"by", paired.documents ? "documents" : "stretches"},
          {"difference", number_to_json(paired.difference)},
          {"interval_95", {number_to_json(paired.low), number_to_json(paired.high)}}};
}

json next_to_json(const std::vector<NextStep>& steps) {
  json result = json::array();
  for (const NextStep& step : steps) result.push_back({{"command", step.command}, {"purpose", step.purpose}});
  return result;
}

json yardsticks_to_json(const Yardsticks& run) {
  return {{"loss", or_null(run.loss)},
          {"uniform", or_null(run.uniform)},
          {"unigram", or_null(run.unigram)},
          {"share_of_uniform", or_null(run.share())}};
}

json verdict_to_json(Verdict verdict) {
  if (verdict == Verdict::partly) return "partly";
  return verdict == Verdict::yes;
}

}  // namespace

json to_json(const Run& a, const Run& b, const Comparison& comparison) {
  const Conclusion conclusion = conclusion_of(a, b, comparison);
  json result{{"a", {{"id", a.summary.id}, {"name", a.summary.name}}},
              {"b", {{"id", b.summary.id}, {"name", b.summary.name}}},
              {"comparable", verdict_to_json(comparison.verdict)},
              {"reasons", reasons_to_json(comparison.checks)},
              {"settings", settings_to_json(comparison.settings)},
              {"metrics", json::object()},
              {"common_footing", json::object()},
              {"loss_scale",
               {{"loss", comparison.loss},
                {"a", yardsticks_to_json(comparison.yardsticks_a)},
                {"b", yardsticks_to_json(comparison.yardsticks_b)}}},
              {"only_seed_differs", comparison.only_seed_differs},
              {"nothing_differs", comparison.nothing_differs},
              {"paired", comparison.paired ? paired_to_json(*comparison.paired) : json()},
              {"shows", conclusion.shows},
              {"reads", conclusion.reads},
              {"next", next_to_json(conclusion.next)},
              {"does_not_show", conclusion.does_not_show}};
  for (const MetricComparison& metric : comparison.metrics) result["metrics"][metric.name] = metric_to_json(metric);
  for (const CommonFooting& footing : comparison.footings) {
    result["common_footing"][footing.name] = {
        {"a", number_to_json(footing.a)}, {"b", number_to_json(footing.b)}, {"meaning", footing.meaning}};
  }
  return result;
}

}  // namespace folio::runs
