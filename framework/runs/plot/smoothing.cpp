#include "runs/plot/smoothing.h"

#include <fmt/format.h>

#include <cmath>

#include "support/error.h"

namespace folio::runs {

std::vector<Point> smoothed(std::vector<Point> points, double weight) {
  if (!(weight >= 0 && weight < 1))
    throw Error(ErrorKind::usage, fmt::format("smoothing is a weight from 0 to below 1, not {}", weight));
  if (weight == 0) return points;
  double mean = 0, seen = 0;  // seen: the share of the weights that have a value, 1 − w^n
  for (Point& point : points) {
    if (!std::isfinite(point.value)) continue;
    mean = weight * mean + (1 - weight) * point.value;
    seen = weight * seen + (1 - weight);
    point.value = mean / seen;
  }
  return points;
}

}  // namespace folio::runs
