#pragma once

#include <string>
#include <vector>

#include "runs/plot/plot.h"

namespace folio::runs {

/// A mark on an axis.
struct Tick {
  double value = 0;
  std::string text;
};

/// Round values from `low` to `high`, about `count` of them: of a linear axis at distances of 1, 2 or 5 times a power
/// of ten; of a logarithmic one the powers of ten, and 2 and 5 times these where there are few.
std::vector<Tick> ticks(double low, double high, int count, bool logarithmic);

/// The same for an x axis: whole steps and tokens ("5k", "1.2M"), times as minutes and hours ("1:30:00").
std::vector<Tick> x_ticks(XAxis axis, double low, double high, int count, bool logarithmic);

}  // namespace folio::runs
