#include "runs/plot/plot.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "support/error.h"
#include "support/human.h"
#include "support/nearest_name.h"

namespace folio::runs {
namespace {

using AxisName = std::pair<XAxis, std::string_view>;
constexpr std::array kAxes{AxisName{XAxis::steps, "steps"}, AxisName{XAxis::tokens, "tokens"},
                           AxisName{XAxis::epochs, "epochs"}, AxisName{XAxis::time, "time"}};

}  // namespace

std::string_view to_string(XAxis axis) { return kAxes[static_cast<std::size_t>(axis)].second; }

std::vector<std::string> x_axis_names() {
  std::vector<std::string> names;
  for (const auto& [axis, name] : kAxes) names.emplace_back(name);
  return names;
}

XAxis x_axis_from_string(const std::string& name) {
  for (const auto& [axis, known] : kAxes)
    if (known == name) return axis;
  throw Error(ErrorKind::usage, fmt::format("'{}' is no x axis, expected steps, tokens, epochs or time{}", name,
                                            did_you_mean(name, x_axis_names())));
}

std::string to_string(const PlotCursor& cursor) {
  std::string text;
  for (const auto& [run, step] : cursor) text += fmt::format("{}{}:{}", text.empty() ? "" : ",", run, step);
  return text;
}

PlotCursor plot_cursor_from_string(const std::string& text) {
  PlotCursor cursor;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::size_t colon = text.find(':', at);
    std::int64_t step = 0;
    const char* const last = text.data() + end;
    const auto parsed = colon < end ? std::from_chars(&text[colon] + 1, last, step)
                                    : std::from_chars_result{last, std::errc::invalid_argument};
    const bool whole = parsed.ec == std::errc() && parsed.ptr == last;
    if (!whole) throw Error(ErrorKind::usage, "'" + text + "' is no cursor of a plot, expected RUN:STEP,RUN:STEP");
    cursor[text.substr(at, colon - at)] = step;
    at = end + 1;
  }
  return cursor;
}

Plot plot_without_curves(const PlotRequest& request) {
  Plot plot;
  plot.metric = request.metric;
  if (const Metric* const metric = find_metric(request.metric)) {
    plot.unit = metric->unit;
    plot.direction = metric->direction;
  }
  plot.x = request.x;
  plot.smoothing = request.smoothing;
  plot.log_x = request.log_x;
  plot.log_y = request.log_y;
  plot.grouped = request.group;
  return plot;
}

std::string Plot::x_title() const {
  constexpr std::array kTitles{"step", "tokens", "epoch", "time"};
  return kTitles[static_cast<std::size_t>(x)];
}

std::string Plot::x_text(double value) const {
  if (x == XAxis::time) return clock_time(value);
  return x == XAxis::epochs ? significant(value) : whole_number(value);
}

std::string Plot::y_title() const {
  std::string said = unit;
  if (direction != Direction::none)
    said += std::string(said.empty() ? "" : ", ") + std::string(to_string(direction)) + " is better";
  return said.empty() ? metric : metric + " (" + said + ")";
}

}  // namespace folio::runs
