#pragma once

#include <map>
#include <string>
#include <vector>

#include "runs/compare/run_fields.h"
#include "runs/plot/make_plot.h"

namespace folio::runs::test {

/// Runs in memory of which plots are made.
class PlotRuns : public PlotSource {
 public:
  /// Of one name, learning rate and seed; its points are added to `values`.
  void add(const std::string& id, const std::string& name, double learning_rate, int seed) {
    RunSummary run;
    run.id = id;
    run.name = name;
    run.state = RunState::finished;
    runs.push_back(run);
    const auto number = static_cast<std::size_t>(2 * runs.size());
    settings.define(number, "training.learning_rate", learning_rate);
    settings.define(number + 1, "training.seed", seed);
    settings.add_run(id, {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number + 1)});
  }

  Plot plot(const PlotRequest& request) {
    const RunFields fields(runs, settings);
    return make_plot(runs, settings, fields, request, *this);
  }

  Plot plot_or_notes(const PlotRequest& request) {
    const RunFields fields(runs, settings);
    return make_plot_or_notes(runs, settings, fields, request, *this);
  }

  std::vector<Point> points(const std::string& run, const std::string& metric) override {
    const auto found = values.find({run, metric});
    return found == values.end() ? std::vector<Point>() : found->second;
  }

  std::vector<Point> times(const std::string& run) override { return logged[run]; }

  std::vector<std::string> curves(const std::string& run) override {
    std::vector<std::string> names;
    for (const auto& [key, points] : values)
      if (key.first == run) names.push_back(key.second);
    return names;
  }

  Run load(const std::string& run) override { return loaded[run]; }

  std::vector<RunSummary> runs;
  RunSettings settings;
  std::map<std::pair<std::string, std::string>, std::vector<Point>> values;
  std::map<std::string, std::vector<Point>> logged;  ///< when each step was
  std::map<std::string, Run> loaded;
};

}  // namespace folio::runs::test
