#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runs/plot/plot.h"
#include "runs/plot/plot_source.h"

namespace folio::runs {

/// Where the steps of one run lie on an axis.
class XValues {
 public:
  /// Throws Error as the source does.
  XValues(XAxis axis, const std::string& run, PlotSource& source);

  /// Empty where the run is on the axis; else why it cannot be drawn over it, as in "its epochs were not recorded".
  const std::string& problem() const { return problem_; }

  /// Of a step between two known ones by a straight line; none beyond them.
  std::optional<double> at(std::int64_t step) const;

 private:
  XAxis axis_;
  std::vector<Point> known_;  // by step: the epoch, or the seconds
  double scale_ = 1;
  std::string problem_;
};

}  // namespace folio::runs
