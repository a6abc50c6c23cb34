#include "runs/compare/trend.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "runs/compare/chance.h"

namespace folio::runs {
namespace {

/// Student's t-test of the slope, with n - 2 degrees of freedom.
Trend fit(std::span<const Point> points) {
  const double count = static_cast<double>(points.size());
  double step_mean = 0, value_mean = 0;
  for (const Point& point : points) {
    step_mean += static_cast<double>(point.step) / count;
    value_mean += point.value / count;
  }
  double step_squares = 0, products = 0;
  for (const Point& point : points) {
    const double step = static_cast<double>(point.step) - step_mean;
    step_squares += step * step;
    products += step * (point.value - value_mean);
  }
  Trend trend{points.size(), points.front().step, points.back().step, value_mean, products / step_squares, 0};
  double residuals = 0;
  for (const Point& point : points) {
    const double expected = value_mean + trend.slope * (static_cast<double>(point.step) - step_mean);
    residuals += (point.value - expected) * (point.value - expected);
  }
  trend.noise = chance_quantile(count - 2) * std::sqrt(residuals / (count - 2) / step_squares);
  return trend;
}

}  // namespace

std::optional<Trend> final_trend(const std::vector<Point>& points) {
  const std::size_t count = std::max(points.size() / 4, kFewestForTrend);
  if (points.size() < count) return std::nullopt;
  const std::span<const Point> last = std::span(points).last(count);
  const bool finite = std::all_of(last.begin(), last.end(), [](const Point& p) { return std::isfinite(p.value); });
  return finite ? std::optional(fit(last)) : std::nullopt;
}

}  // namespace folio::runs
