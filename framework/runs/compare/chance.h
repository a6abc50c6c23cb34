#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// A difference counts as seen where chance alone makes as much less often than this. One in fifty, and not the usual
/// one in twenty, since a comparison looks at several metrics at once.
constexpr double kChance = 0.02;

/// How many standard errors chance exceeds in a share kChance of cases, to both sides: Student's t with so many degrees
/// of freedom.
double chance_quantile(double freedom);

/// The same for the share 0.05, of which 95 % intervals are made.
double interval_quantile(double freedom);

/// A value's standard error, and on how much it rests.
struct StandardError {
  double error = 0;
  double freedom = 0;  ///< degrees of freedom
};

/// How much two values with these errors differ by chance. By Welch's t-test.
double difference_by_chance(const StandardError& a, const StandardError& b);

/// Of one logged value, from the scatter of the values from their neighbours', so that the trend of the whole does not
/// count: the mean square of second differences over 6. None for fewer than kFewestForScatter points, and where one is
/// not finite.
std::optional<StandardError> scatter_of(const std::vector<Point>& points);
constexpr std::size_t kFewestForScatter = 6;

/// Two evaluations of the same tokens, held against each other part by part.
struct PairedDifference {
  std::size_t parts = 0;
  bool documents = false;    ///< whether the parts are documents
  double difference = 0;     ///< b - a, of the means over all scored tokens, in nats per token
  double low = 0, high = 0;  ///< the 95 % interval
};

/// None where the parts are not of the same tokens, or are fewer than kFewestParts.
std::optional<PairedDifference> paired_difference(const Run& a, const Run& b);
constexpr std::size_t kFewestParts = 5;

}  // namespace folio::runs
