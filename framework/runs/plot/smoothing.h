#pragma once

#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// The exponential moving average of the values, as TensorBoard draws it: m = w m + (1 − w) v from m = 0, divided by
/// 1 − w^n after n values, so that the first ones are not drawn towards 0. `weight` w is at least 0 (the values as they
/// are) and below 1. Values that are not finite stay as they are and do not count.
/// Throws Error (usage) for another weight.
std::vector<Point> smoothed(std::vector<Point> points, double weight);

}  // namespace folio::runs
