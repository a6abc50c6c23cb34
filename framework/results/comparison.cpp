#include "results/comparison.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

namespace folio::results {
namespace {

using nlohmann::json;

Verdict verdict_of(const std::vector<Check>& checks) {
  Verdict verdict = Verdict::yes;
  for (const Check& check : checks) {
    if (check.finding == Finding::equal) continue;
    if (check.finding == Finding::different && check.on_text_loss == Effect::breaks) return Verdict::no;
    const Effect worst =
        std::max({check.on_token_loss, check.on_text_loss, check.on_evaluation, check.on_speed, check.on_memory});
    if (worst != Effect::none) verdict = Verdict::partly;
  }
  return verdict;
}

std::vector<SettingDifference> differing_settings(const Run& a, const Run& b) {
  const auto in_a = flat_settings(a.settings);
  const auto in_b = flat_settings(b.settings);
  std::set<std::string> keys;
  for (const auto& [key, value] : in_a) keys.insert(key);
  for (const auto& [key, value] : in_b) keys.insert(key);
  const auto value_in = [](const auto& settings, const std::string& key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::nullopt : std::optional<json>(found->second);
  };
  std::vector<SettingDifference> result;
  for (const std::string& key : keys) {
    SettingDifference setting{key, value_in(in_a, key), value_in(in_b, key)};
    if (setting.a != setting.b) result.push_back(std::move(setting));
  }
  return result;
}

Standing standing_of(const Metric* metric, const std::vector<Check>& checks) {
  if (!metric) return Standing::uncertain;
  Effect worst = Effect::none;
  for (const Check& check : checks) worst = std::max(worst, check.effect_on(*metric));
  if (worst == Effect::breaks) return Standing::not_comparable;
  return worst == Effect::clouds ? Standing::uncertain : Standing::comparable;
}

std::optional<Side> better_of(const Metric* metric, double a, double b) {
  if (!metric || metric->direction == Direction::none || std::isnan(a) || std::isnan(b) || a == b) return std::nullopt;
  return (a < b) == (metric->direction == Direction::lower) ? Side::a : Side::b;
}

std::optional<double> metric_of(const Run& run, const std::string& name) {
  const auto found = run.summary.metrics.find(name);
  return found == run.summary.metrics.end() ? std::nullopt : std::optional<double>(found->second);
}

MetricComparison compare_metric(const std::string& name, const Run& a, const Run& b, const std::vector<Check>& checks) {
  const Metric* metric = find_metric(name);
  MetricComparison result;
  result.name = name;
  result.a = metric_of(a, name);
  result.b = metric_of(b, name);
  result.standing = standing_of(metric, checks);
  if (!result.a || !result.b) return result;
  result.difference = *result.b - *result.a;
  if (*result.a != 0) result.ratio = *result.b / *result.a;
  if (result.standing != Standing::not_comparable) result.better = better_of(metric, *result.a, *result.b);
  return result;
}

std::vector<MetricComparison> compare_metrics(const Run& a, const Run& b, const std::vector<Check>& checks) {
  std::set<std::string, decltype(&shown_before)> names(&shown_before);
  for (const auto& [name, value] : a.summary.metrics) names.insert(name);
  for (const auto& [name, value] : b.summary.metrics) names.insert(name);
  std::vector<MetricComparison> result;
  for (const std::string& name : names) result.push_back(compare_metric(name, a, b, checks));
  return result;
}

std::optional<double> fact_of(const Run& run, const char* name) {
  const json value = run.facts.value(name, json());
  return value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt;
}

/// The loss of a guess that gives every token the same chance, in nats: ln(vocabulary).
std::optional<double> uniform_loss(const Run& run) {
  if (const auto loss = fact_of(run, "uniform_loss")) return loss;
  const auto vocabulary = fact_of(run, "vocab_size");
  return vocabulary && *vocabulary > 1 ? std::optional(std::log(*vocabulary)) : std::nullopt;
}

/// Bits per byte are nats per token divided by this. Only a causal model says every token of the text, so of others
/// there is no such measure.
std::optional<double> bits_per_byte_divisor(const Run& run, const char* bytes_per_token) {
  const auto bytes = fact_of(run, bytes_per_token);
  if (!bytes || run.facts.value("objective", json()) != "causal") return std::nullopt;
  return std::numbers::ln2 * *bytes;
}

template <typename Divisor>
void add_footing(const Run& a, const Run& b, const std::string& loss, const char* suffix, const char* meaning,
                 const Divisor& divisor, std::vector<CommonFooting>& result) {
  const auto loss_a = metric_of(a, loss);
  const auto loss_b = metric_of(b, loss);
  const std::optional<double> divisor_a = divisor(a);
  const std::optional<double> divisor_b = divisor(b);
  if (!loss_a || !loss_b || !divisor_a || !divisor_b) return;
  result.push_back({loss + suffix, meaning, *loss_a / *divisor_a, *loss_b / *divisor_b});
}

std::vector<CommonFooting> common_footings(const Run& a, const Run& b) {
  std::vector<CommonFooting> result;
  for (const auto& [loss, bytes_per_token] :
       {std::pair{"train_loss", "bytes_per_token"}, {"eval_loss", "eval_bytes_per_token"}}) {
    add_footing(
        a, b, loss, " in bits per byte",
        "The loss per byte of text, which does not depend on how the text is cut into tokens.",
        [bytes = bytes_per_token](const Run& run) { return bits_per_byte_divisor(run, bytes); }, result);
    add_footing(a, b, loss, " / uniform guess",
                "The loss as a share of that of a blind guess over the run's own vocabulary, ln(vocabulary): 1 means "
                "that nothing was learned. It says how far each run came, not which of them is better.",
                uniform_loss, result);
  }
  return result;
}

bool same_tokens(const std::vector<Check>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) {
    return check.finding == Finding::equal || (check.name != "tokens" && check.name != "vocabulary size");
  });
}

}  // namespace

Comparison compare(const Run& a, const Run& b) {
  Comparison result;
  result.checks = check_comparability(a, b);
  result.verdict = verdict_of(result.checks);
  result.settings = differing_settings(a, b);
  result.metrics = compare_metrics(a, b, result.checks);
  if (!same_tokens(result.checks)) result.footings = common_footings(a, b);
  return result;
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

}  // namespace folio::results
