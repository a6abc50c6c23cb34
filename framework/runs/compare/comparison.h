#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runs/compare/comparability.h"
#include "runs/compare/loss_scale.h"
#include "runs/compare/seeds.h"
#include "runs/record/run.h"

namespace folio::runs {

/// Whether two runs can be compared at all.
enum class Verdict {
  yes,     ///< all that decides their metrics is the same
  partly,  ///< some of their metrics are not to be compared, or not with certainty
  no,      ///< their losses have no common scale
};

enum class Side { a, b };

/// A setting that has not the same value in both; none where a run does not have it.
struct SettingDifference {
  std::string key;  ///< dotted
  std::optional<nlohmann::json> a, b;
  /// Whether both have it, or the one that has it was given it: not a default, which the other may well share.
  bool telling = true;
};

/// Whether a metric of two runs measures the same thing.
enum class Standing { comparable, uncertain, not_comparable };

struct MetricComparison {
  std::string name;
  std::optional<double> a, b;
  std::optional<double> difference;  ///< b - a
  std::optional<double> ratio;       ///< b / a
  Standing standing = Standing::comparable;
  /// Which is better by the metric's declared direction; none where they are equal, where the metric has no direction,
  /// and where it is not comparable.
  std::optional<Side> better;
  /// Where the metric ranks and a run has siblings that differ from it only in their seed.
  std::optional<SeedSpread> spread;
};

struct Comparison {
  Verdict verdict = Verdict::no;
  std::vector<Check> checks;
  bool only_seed_differs = false;
  std::vector<SettingDifference> settings;              ///< those that differ
  std::map<std::string, nlohmann::json> same_settings;  ///< by dotted key
  std::vector<MetricComparison> metrics;  ///< that at least one of them has, in the order of all_metrics()
  std::string loss;                       ///< "eval_loss" where both have it, else "train_loss"
  Yardsticks yardsticks_a, yardsticks_b;  ///< of that loss
  std::vector<CommonFooting> footings;

  /// Null where neither run has the metric.
  const MetricComparison* metric(std::string_view name) const;
};

/// The runs that differ from each of the two only in their seed (differ_only_in_seed()).
struct Siblings {
  std::vector<RunSummary> a, b;
};

Comparison compare(const Run& a, const Run& b, const Siblings& siblings = {});

/// Whether nothing is known to differ, and nothing is unknown, but times and memory, which always differ.
bool same_result(const Comparison& comparison);

/// What the checks say of a metric.
Standing standing_of(const Metric* metric, const std::vector<Check>& checks);

/// "yes", "partly", "no".
std::string_view to_string(Verdict verdict);

}  // namespace folio::runs
