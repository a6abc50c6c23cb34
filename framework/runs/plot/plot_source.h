#pragma once

#include <string>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// Where the numbers of a plot come from: the store, or what a server has kept of it.
class PlotSource {
 public:
  virtual ~PlotSource() = default;

  /// By step; empty where the run has none.
  virtual std::vector<Point> points(const std::string& run, const std::string& metric) = 0;

  /// As Store::times() gives them.
  virtual std::vector<Point> times(const std::string& run) = 0;

  /// The metrics that the run has points of, by name.
  virtual std::vector<std::string> curves(const std::string& run) = 0;

  virtual Run load(const std::string& run) = 0;
};

}  // namespace folio::runs
