#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// A straight line through the last points of a metric, by least squares.
struct Trend {
  std::size_t points = 0;
  std::int64_t first_step = 0, last_step = 0;
  double mean = 0;
  double slope = 0;  ///< a step
  double noise = 0;  ///< the slope that chance alone exceeds in a share kChance of cases, the points scattering so

  bool falls() const { return slope < -noise; }
  bool rises() const { return slope > noise; }
  double change() const { return slope * static_cast<double>(last_step - first_step); }
  double change_by_chance() const { return noise * static_cast<double>(last_step - first_step); }
};

constexpr std::size_t kFewestForTrend = 5;

/// The trend of the last quarter of the points, of kFewestForTrend at least. None where there are fewer, or one is not
/// finite.
std::optional<Trend> final_trend(const std::vector<Point>& points);

}  // namespace folio::runs
