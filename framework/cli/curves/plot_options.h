#pragma once

#include <string>
#include <vector>

#include "cli/command_line/command.h"
#include "runs/plot/plot.h"
#include "runs/query/run_choice.h"
#include "runs/store/store.h"

namespace folio::cli {

/// What commands that draw curves are told.
struct PlotOptions {
  runs::RunChoice choice;
  runs::PlotRequest request;
  std::string x = "steps";
};

/// --metric, --x, --smoothing, --log-x, --log-y.
void add_curve_options(const Command& command, PlotOptions& options);

/// RUN..., --where, --group, and what add_curve_options() adds.
void add_plot_options(const Command& command, PlotOptions& options);

/// What is asked for, with its axis.
runs::PlotRequest plot_request(const PlotOptions& options);

/// Of the runs that were chosen, each once; of the latest where none is named. Throws Error (usage) as make_plot().
runs::Plot plot_of(runs::Store& store, const PlotOptions& options);

}  // namespace folio::cli
