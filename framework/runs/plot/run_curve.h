#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/plot/plot.h"
#include "runs/plot/plot_source.h"

namespace folio::runs {

/// One run's curve before it is grouped or thinned.
struct RunCurve {
  struct Place {
    double x = 0;
    double y = 0;
    std::int64_t step = 0;
  };

  std::vector<Place> places;  ///< by x, finite
  std::string problem;        ///< why there are none; empty where there are some
  std::vector<std::string> notes;
};

/// The metric's points as the request has them: smoothed, on its axis; what has no place there (not finite, not above 0
/// on a logarithmic axis) is left out, with a note. Throws as smoothed() and the source do.
RunCurve run_curve(const RunSummary& run, const PlotRequest& request, PlotSource& source);

/// The mean of the curves at each x that any of them has, with the lowest and the highest. A curve has a value between
/// its own points by a straight line, and none beyond its ends: `runs` of a point counts those that reach there.
std::vector<PlotPoint> mean_curve(const std::vector<RunCurve>& curves);

}  // namespace folio::runs
