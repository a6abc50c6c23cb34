#pragma once

#include "runs/compare/comparison.h"
#include "terminal/page.h"

namespace folio::runs {

/// What two runs logged of a metric, by step.
struct CurvePair {
  std::vector<Point> a, b;
};

struct Curves {
  CurvePair loss, eval_loss;
};

/// Draws the curves over each other, where there are any: in nats per token where the losses can be compared so, else
/// in bits per byte where that can be, else each as a share of its own uniform guess, which is said.
void add_curves(Page& page, const Run& a, const Run& b, const Comparison& comparison, const Curves& curves);

}  // namespace folio::runs
