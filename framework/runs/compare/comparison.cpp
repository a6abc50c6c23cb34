#include "runs/compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace folio::runs {
namespace {

using nlohmann::json;

Verdict verdict_of(const std::vector<Check>& checks) {
  Verdict verdict = Verdict::yes;
  for (const Check& check : checks) {
    if (check.finding == Finding::equal) continue;
    if (check.finding == Finding::different && check.on_text_loss == Effect::breaks) return Verdict::no;
    const Effect worst = std::max({check.on_token_loss, check.on_text_loss, check.on_evaluation, check.on_whole_run,
                                   check.on_speed, check.on_memory, check.on_train_loss, check.on_eval_loss});
    if (worst != Effect::none) verdict = Verdict::partly;
  }
  return verdict;
}

/// Whether the two are one experiment run twice: its settings are known, and nothing is known to differ.
bool is_repeated(const Comparison& comparison) {
  const auto differs = [](const Check& check) { return check.finding == Finding::different; };
  const auto telling = [](const SettingDifference& setting) { return setting.telling; };
  return !comparison.same_settings.empty() &&
         std::none_of(comparison.settings.begin(), comparison.settings.end(), telling) &&
         std::none_of(comparison.checks.begin(), comparison.checks.end(), differs);
}

/// Whether a run that alone has this setting was given it. Of runs without origins only what matters was written down.
bool was_given(const Run& run, const std::string& key) {
  const auto origin = run.info.origins.find(key);
  return origin == run.info.origins.end() || origin->second != "default";
}

void compare_settings(const Run& a, const Run& b, Comparison& result) {
  const auto in_a = flat_settings(a.settings);
  const auto in_b = flat_settings(b.settings);
  std::set<std::string> keys;
  for (const auto& [key, value] : in_a) keys.insert(key);
  for (const auto& [key, value] : in_b) keys.insert(key);
  const auto value_in = [](const auto& settings, const std::string& key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::nullopt : std::optional<json>(found->second);
  };
  for (const std::string& key : keys) {
    SettingDifference setting{key, value_in(in_a, key), value_in(in_b, key)};
    if (setting.a == setting.b) {
      result.same_settings[key] = *setting.a;
      continue;
    }
    if (!setting.a || !setting.b) setting.telling = was_given(setting.a ? a : b, key);
    result.settings.push_back(std::move(setting));
  }
}

std::optional<Side> leader_of(const Metric* metric, double a, double b) {
  if (!metric || metric->direction == Direction::none || std::isnan(a) || std::isnan(b) || a == b) return std::nullopt;
  return (a < b) == (metric->direction == Direction::lower) ? Side::a : Side::b;
}

/// Of two finite values that are ranked and differ.
void judge(const Comparison& comparison, const Run& a, const Run& b, const Kin& kin_a, const Kin& kin_b,
           MetricComparison& result) {
  const bool one_experiment = comparison.only_seed_differs || comparison.nothing_differs;
  if (!one_experiment) result.spread = spread_of(result.name, a, b, kin_a, kin_b);
  if (result.spread) {
    const NoiseSource source = is_of_machine(*find_metric(result.name)) ? NoiseSource::repeats : NoiseSource::seeds;
    result.resolution = {source, result.spread->by_chance};
    // Where the groups' means and the two runs point to different sides, neither is better.
    const bool same_side = (result.spread->difference > 0) == (*result.difference > 0);
    result.outcome = result.spread->beyond() && same_side ? Outcome::better : Outcome::not_seen;
    return;
  }
  result.resolution = own_resolution(result.name, a, b, kin_a, kin_b);
  result.outcome = one_experiment                                                ? Outcome::not_seen
                   : !result.resolution                                          ? Outcome::not_known
                   : std::abs(*result.difference) > result.resolution->by_chance ? Outcome::ahead
                                                                                 : Outcome::not_seen;
}

MetricComparison compare_metric(const std::string& name, const Run& a, const Run& b, const Kin& kin_a, const Kin& kin_b,
                                const Comparison& comparison) {
  const Metric* metric = find_metric(name);
  MetricComparison result;
  result.name = name;
  result.a = metric_of(a, name);
  result.b = metric_of(b, name);
  result.standing = standing_of(metric, comparison.checks);
  if (!result.a || !result.b) return result;
  const bool finite = std::isfinite(*result.a) && std::isfinite(*result.b);
  if (finite) result.difference = *result.b - *result.a;
  if (finite && *result.a != 0) result.ratio = *result.b / *result.a;
  if (!metric || metric->direction == Direction::none || result.standing == Standing::not_comparable) return result;
  result.outcome = finite ? Outcome::equal : Outcome::no_number;
  if (!finite || *result.difference == 0) return result;
  result.leader = leader_of(metric, *result.a, *result.b);
  judge(comparison, a, b, kin_a, kin_b, result);
  return result;
}

std::vector<MetricComparison> compare_metrics(const Run& a, const Run& b, const Kin& kin_a, const Kin& kin_b,
                                              const Comparison& comparison) {
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const auto& [name, value] : a.summary.metrics) names.insert(name);
  for (const auto& [name, value] : b.summary.metrics) names.insert(name);
  std::vector<MetricComparison> result;
  for (const std::string& name : names) result.push_back(compare_metric(name, a, b, kin_a, kin_b, comparison));
  return result;
}

}  // namespace

const MetricComparison* Comparison::metric(std::string_view name) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [&](const auto& m) { return m.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

Standing standing_of(const Metric* metric, const std::vector<Check>& checks) {
  if (!metric) return Standing::uncertain;
  Effect worst = Effect::none;
  for (const Check& check : checks) worst = std::max(worst, check.effect_on(*metric));
  if (worst == Effect::breaks) return Standing::not_comparable;
  return worst == Effect::clouds ? Standing::uncertain : Standing::comparable;
}

Comparison compare(const Run& a, const Run& b, const Kin& kin_a, const Kin& kin_b) {
  Comparison result;
  result.checks = check_comparability(a, b);
  result.verdict = verdict_of(result.checks);
  result.only_seed_differs = differ_only_in_seed(a, b);
  compare_settings(a, b, result);
  result.nothing_differs = is_repeated(result);
  const MetricComparison loss = compare_metric("eval_loss", a, b, {}, {}, result);
  if (loss.difference && loss.standing != Standing::not_comparable) result.paired = paired_difference(a, b);
  result.metrics = compare_metrics(a, b, kin_a, kin_b, result);
  result.loss = metric_of(a, "eval_loss") && metric_of(b, "eval_loss") ? "eval_loss" : "train_loss";
  result.yardsticks_a = yardsticks_of(a, result.loss);
  result.yardsticks_b = yardsticks_of(b, result.loss);
  result.footings = common_footings(a, b, result.checks);
  return result;
}

bool same_result(const Comparison& comparison) {
  const auto equal = [](const Check& check) { return check.finding == Finding::equal || check.name == kBusyCheck; };
  const auto same = [](const MetricComparison& metric) {
    const Metric* declared = find_metric(metric.name);
    if (declared && is_of_machine(*declared)) return true;
    const bool both_nan = metric.a && metric.b && std::isnan(*metric.a) && std::isnan(*metric.b);
    return both_nan || metric.a == metric.b;
  };
  return comparison.settings.empty() && std::all_of(comparison.checks.begin(), comparison.checks.end(), equal) &&
         std::all_of(comparison.metrics.begin(), comparison.metrics.end(), same);
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::not_ranked:
      return "not_ranked";
    case Outcome::no_number:
      return "no_number";
    case Outcome::equal:
      return "equal";
    case Outcome::not_seen:
      return "no_difference_seen";
    case Outcome::not_known:
      return "not_known";
    case Outcome::ahead:
      return "ahead_in_this_pair";
    case Outcome::better:
      return "better";
  }
  __builtin_unreachable();
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::yes:
      return "yes";
    case Verdict::partly:
      return "partly";
    case Verdict::no:
      return "no";
  }
  __builtin_unreachable();
}

}  // namespace folio::runs
