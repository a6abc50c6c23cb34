#pragma once

#include <string>

#include "runs/plot/plot.h"
#include "terminal/palette.h"

namespace folio::runs {

/// The plot drawn in `rows` lines of a terminal that is `width` columns wide, with a line for each curve that says
/// which it is and where it ends, and its notes.
std::string to_text(const Plot& plot, int width, int rows, const Palette& palette);

}  // namespace folio::runs
