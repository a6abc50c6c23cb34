#pragma once

#include <vector>

#include "runs/compare/run_table.h"
#include "runs/plot/plot.h"
#include "runs/plot/plot_source.h"

namespace folio::runs {

/// The curves of one metric over some runs, newest first or as they are given. `fields` may be of more runs. A run that
/// lacks the metric, or cannot be drawn over the axis, is left out and named in the notes.
/// Throws Error (usage) where there is no run, and where none can be drawn: it names what the runs have curves of.
Plot make_plot(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
               const PlotRequest& request, PlotSource& source);

/// The same, but where the runs have points of which none can be drawn (all NaN, or not yet on the axis), a plot
/// without curves whose notes say why.
Plot make_plot_or_notes(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
                        const PlotRequest& request, PlotSource& source);

/// Leaves so many points of each curve at most; `total_points` stays as it was.
void thin(Plot& plot, std::size_t most_points);

}  // namespace folio::runs
