#pragma once

#include <string>
#include <utility>
#include <vector>

#include "terminal/chart_axis.h"
#include "terminal/palette.h"

namespace folio {

/// Curves drawn over each other in a terminal, in Braille characters of two by four dots. Where nothing is painted each
/// curve has its own dashes: chart_stroke_name().
class Chart {
 public:
  using Points = std::vector<std::pair<double, double>>;  ///< (x, y), by x

  /// What lies around a curve, as the lowest and the highest of its runs.
  struct Band {
    double x = 0, low = 0, high = 0;
  };

  struct Curve {
    Points points{};
    std::string mark{};        ///< stands at its end; a letter or two
    int color = 0;             ///< its index in the palette, and that of its dashes
    std::vector<Band> band{};  ///< by x; may be empty
  };

  /// Points that an axis cannot show, for they are not finite or, on a logarithmic axis, not above 0, are left out.
  Chart(std::vector<Curve> curves, ChartAxis x, ChartAxis y = {});

  /// A drawing of `rows` rows and its axes, `width` columns wide at most (30 at least); empty where there is no point
  /// to show. Points that share a column of dots are drawn as their mean.
  std::string draw(int width, int rows, const Palette& palette) const;

 private:
  std::vector<Curve> curves_;
  ChartAxis x_, y_;
};

/// How the curve of that index is drawn where nothing is painted: "solid", "dotted" ...
std::string chart_stroke_name(int index);

}  // namespace folio
