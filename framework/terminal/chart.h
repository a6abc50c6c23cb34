#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "terminal/terminal.h"

namespace folio {

/// Two curves drawn over each other in a terminal, in Braille characters of two by four dots.
class Chart {
 public:
  using Points = std::vector<std::pair<double, double>>;  ///< (x, y), by x; those that are not finite are left out

  /// The first is painted cyan, the second yellow, or dotted where nothing is painted; each has its letter at its end.
  /// Either may be empty.
  Chart(Points a, Points b) : a_(std::move(a)), b_(std::move(b)) {}

  /// A drawing of `rows` rows and its axes, `width` columns wide at most (30 at least); empty where no point is finite.
  /// Points that share a column of dots are drawn as their mean.
  std::string draw(int width, int rows, std::string_view x_name, Paint paint) const;

 private:
  Points a_, b_;
};

}  // namespace folio
