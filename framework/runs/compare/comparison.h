#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runs/compare/comparability.h"
#include "runs/compare/loss_scale.h"
#include "runs/compare/resolution.h"
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

/// What can be said of a metric of two runs.
enum class Outcome {
  not_ranked,  ///< the metric has no direction, is not comparable, or one run lacks it
  no_number,   ///< a value is NaN or infinite
  equal,       ///< the values are
  not_seen,    ///< the difference is no larger than what chance makes
  not_known,   ///< nothing tells how much chance makes
  ahead,       ///< one is ahead in this one pair of runs, by more than the runs' own scatter makes
  better,      ///< one is better, by more than other seeds (of speeds: repeats) make
};

struct MetricComparison {
  std::string name;
  std::optional<double> a, b;
  std::optional<double> difference;  ///< b - a; none where a value is not finite
  std::optional<double> ratio;       ///< b / a; none where a value is not finite
  Standing standing = Standing::comparable;
  Outcome outcome = Outcome::not_ranked;
  std::optional<Side> leader;            ///< the one with the better value; none where there is nothing to rank
  std::optional<Resolution> resolution;  ///< none where nothing tells how much chance makes
  std::optional<SeedSpread> spread;      ///< where a run has siblings, or for speeds repeats
};

struct Comparison {
  Verdict verdict = Verdict::no;
  std::vector<Check> checks;
  /// The two are one experiment, with two seeds or run twice: all that differs is chance.
  bool only_seed_differs = false, nothing_differs = false;
  std::optional<PairedDifference> paired;               ///< where both were evaluated on the same tokens
  std::vector<SettingDifference> settings;              ///< those that differ
  std::map<std::string, nlohmann::json> same_settings;  ///< by dotted key
  std::vector<MetricComparison> metrics;  ///< that at least one of them has, in the order of all_metrics()
  std::string loss;                       ///< "eval_loss" where both have it, else "train_loss"
  Yardsticks yardsticks_a, yardsticks_b;  ///< of that loss
  std::vector<CommonFooting> footings;

  /// Null where neither run has the metric.
  const MetricComparison* metric(std::string_view name) const;
};

/// `kin_a` and `kin_b` are what is known beside the runs.
Comparison compare(const Run& a, const Run& b, const Kin& kin_a = {}, const Kin& kin_b = {});

/// Whether nothing is known to differ, and nothing is unknown, but times and memory, which always differ.
bool same_result(const Comparison& comparison);

/// What the checks say of a metric.
Standing standing_of(const Metric* metric, const std::vector<Check>& checks);

/// "not_ranked", "no_number", "equal", "no_difference_seen", "not_known", "ahead_in_this_pair", "better".
std::string_view to_string(Outcome outcome);

/// "yes", "partly", "no".
std::string_view to_string(Verdict verdict);

}  // namespace folio::runs
