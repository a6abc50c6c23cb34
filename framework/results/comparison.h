#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "results/comparability.h"
#include "results/run.h"

namespace folio::results {

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
};

/// Two losses over different tokens, put on one scale.
struct CommonFooting {
  std::string name;
  std::string meaning;
  double a = 0, b = 0;
};

struct Comparison {
  Verdict verdict = Verdict::no;
  std::vector<Check> checks;
  std::vector<SettingDifference> settings;
  std::vector<MetricComparison> metrics;  ///< that at least one of them has, in the order of all_metrics()
  std::vector<CommonFooting> footings;    ///< only where tokens are not known to be the same
};

Comparison compare(const Run& a, const Run& b);

/// "yes", "partly", "no".
std::string_view to_string(Verdict verdict);

}  // namespace folio::results
