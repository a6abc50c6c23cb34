#pragma once

#include <string>

#include "runs/plot/plot.h"
#include "terminal/palette.h"

namespace folio::runs {

/// The plot drawn in `rows` lines of a terminal that is `width` columns wide, with a line for each curve that says
/// which it is and where it ends, and its notes.
std::string to_text(const Plot& plot, int width, int rows, const Palette& palette);

/// Its chart alone: `rows` lines of curves, and two of the x axis; empty where there is nothing to draw.
std::string chart_of(const Plot& plot, int width, int rows, const Palette& palette);

/// The letter that the chart has at the end of the curve at this place of the plot: "A" to "Z", then "AA" ...
std::string curve_mark(std::size_t place);

}  // namespace folio::runs
