#include "runs/plot/x_values.h"

#include <algorithm>
#include <cmath>

#include "runs/record/events.h"
#include "runs/record/facts.h"

namespace folio::runs {
namespace {

/// The seconds that a run had been at work when it told of its steps. What a resumed run did twice counts once.
std::vector<Point> working_times(const RunFolder& folder) {
  std::vector<Point> times;
  std::optional<double> session_began;
  double before = 0;  // seconds of earlier sessions, up to the steps that count
  for_each_event(folder.events(), [&](const Event& event) {
    if (!event.time) return;
    if (const auto* state = std::get_if<StateEvent>(&event.what); state && state->state == RunState::running) {
      session_began = event.time;
      before = times.empty() ? 0 : times.back().value;
    } else if (const auto* resumed = std::get_if<ResumedEvent>(&event.what)) {
      std::erase_if(times, [&](const Point& point) { return point.step > resumed->step; });
      session_began = event.time;
      before = times.empty() ? 0 : times.back().value;
    } else if (const auto* points = std::get_if<PointsEvent>(&event.what)) {
      if (!session_began) session_began = event.time;
      if (times.empty() || times.back().step < points->step)
        times.push_back({points->step, before + *event.time - *session_began});
    }
  });
  return times;
}

}  // namespace

XValues::XValues(XAxis axis, const std::string& run, PlotSource& source) : axis_(axis) {
  if (axis == XAxis::steps) return;
  if (axis == XAxis::time) {
    known_ = working_times(source.load(run).folder);
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
