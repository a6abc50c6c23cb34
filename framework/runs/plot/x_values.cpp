#include "runs/plot/x_values.h"

#include <algorithm>
#include <cmath>

#include "runs/record/facts.h"

namespace folio::runs {
namespace {

/// The seconds that a run had been at work when it logged its steps: the times since it began, without those between
/// its sessions. Empty where the times are not known.
std::vector<Point> working_times(const std::string& run, PlotSource& source) {
  std::vector<Point> times = source.times(run);
  if (times.empty()) return times;
  const nlohmann::json sessions = source.load(run).sessions;
  double idle = times.front().value;  // up to the step at hand, counted from 1970
  double last = times.front().value;
  std::size_t next = 0;  // session
  for (Point& point : times) {
    for (; next < sessions.size() && sessions[next].value("step", std::int64_t{0}) < point.step; ++next)
      idle += std::max(0.0, sessions[next].value("time", last) - last);
    last = point.value;
    point.value -= idle;
  }
  return times;
}

}  // namespace

XValues::XValues(XAxis axis, const std::string& run, PlotSource& source) : axis_(axis) {
  if (axis == XAxis::steps) return;
  if (axis == XAxis::time) {
    known_ = working_times(run, source);
    if (known_.empty()) problem_ = "the times of its steps are not known";
    return;
  }
  known_ = source.points(run, "epoch");
  std::erase_if(known_, [](const Point& point) { return !std::isfinite(point.value); });
  if (known_.empty()) problem_ = "its epochs were not recorded";
  if (axis == XAxis::epochs) return;
  const auto tokens = facts_from_json(source.load(run).facts).tokens;
  if (!tokens) problem_ = "the tokens of its text are not known";
  scale_ = static_cast<double>(tokens.value_or(0));
}

std::optional<double> XValues::at(std::int64_t step) const {
  if (axis_ == XAxis::steps) return static_cast<double>(step);
  const auto next = std::lower_bound(known_.begin(), known_.end(), step,
                                     [](const Point& point, std::int64_t wanted) { return point.step < wanted; });
  if (next == known_.end()) return std::nullopt;
  if (next->step == step) return next->value * scale_;
  if (next == known_.begin()) return std::nullopt;
  const Point& last = *(next - 1);
  const double share = static_cast<double>(step - last.step) / static_cast<double>(next->step - last.step);
  return (last.value + share * (next->value - last.value)) * scale_;
}

}  // namespace folio::runs
