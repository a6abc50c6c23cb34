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

}  // namespace folio::runs
