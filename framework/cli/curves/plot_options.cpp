#include "cli/curves/plot_options.h"

#include "cli/session/run_choice.h"
#include "runs/plot/make_plot.h"
#include "runs/query/store_source.h"

namespace folio::cli {

void add_curve_options(const Command& command, PlotOptions& options) {
  command.option("--metric", options.request.metric, "what to draw: loss, eval_loss, learning_rate ...").show_default();
  command.option("--x", options.x, "what to draw it over").one_of(runs::x_axis_names()).show_default();
  command
      .option("--smoothing", options.request.smoothing,
              "weight of the moving average, from 0 (the values as they are) to below 1")
      .range(0.0, 0.9999);
  command.flag("--log-x", options.request.log_x, "a logarithmic x axis");
  command.flag("--log-y", options.request.log_y, "a logarithmic y axis");
}

void add_plot_options(const Command& command, PlotOptions& options) {
  command.option("RUN", options.choice.names, "runs, given as for 'show'; by default the latest").free_text();
  add_where(command, options.choice.where);
  add_curve_options(command, options);
  command.flag("--group", options.request.group,
               "one curve for runs that differ only in their seeds: their mean, lowest and highest");
}

runs::PlotRequest plot_request(const PlotOptions& options) {
  runs::PlotRequest request = options.request;
  request.x = runs::x_axis_from_string(options.x);
  return request;
}

runs::Plot plot_of(runs::Store& store, const PlotOptions& options) {
  const std::vector<runs::RunSummary> all = store.list();
  const runs::RunSettings settings = store.settings();
  const runs::RunFields fields(all, settings);
  runs::RunChoice choice = options.choice;
  if (choice.names.empty() && choice.where.empty() && !all.empty()) choice.names = {"latest"};
  const std::vector<runs::RunSummary> chosen = runs::each_once(runs::choose_runs(all, fields, choice, store.unread()));
  runs::StoreSource source(store);
  return runs::make_plot(chosen, settings, fields, plot_request(options), source);
}

}  // namespace folio::cli
