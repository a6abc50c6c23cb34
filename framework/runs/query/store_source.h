#pragma once

#include "runs/plot/plot_source.h"
#include "runs/store/store.h"

namespace folio::runs {

/// A store as the source of a plot.
class StoreSource : public PlotSource {
 public:
  explicit StoreSource(Store& store) : store_(store) {}

  std::vector<Point> points(const std::string& run, const std::string& metric) override {
    return store_.points(run, metric);
  }
  std::vector<Point> times(const std::string& run) override { return store_.times(run); }
  std::vector<std::string> curves(const std::string& run) override { return store_.curves(run); }
  Run load(const std::string& run) override { return store_.load(run); }

 private:
  Store& store_;
};

}  // namespace folio::runs
