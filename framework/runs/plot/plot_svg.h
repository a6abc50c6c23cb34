#pragma once

#include <string>

#include "runs/plot/plot.h"

namespace folio::runs {

struct SvgStyle {
  int width = 860;   ///< pixels
  int height = 480;  ///< of the picture without the lines below that name its curves
  /// Whether the picture stands alone: it then has a background, and its notes. In a page the page's style gives the
  /// colours of text and grid (classes plot-text, plot-grid), and says what the notes do.
  bool alone = true;
};

/// The plot as an SVG picture with its title, axes, and a line for each curve that names it. All texts are escaped.
std::string to_svg(const Plot& plot, const SvgStyle& style = {});

}  // namespace folio::runs
