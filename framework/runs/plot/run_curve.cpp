#include "runs/plot/run_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "runs/plot/smoothing.h"
#include "runs/plot/x_values.h"

namespace folio::runs {
namespace {

std::string named(const RunSummary& run) { return fmt::format("run {} ({})", run.id, run.name); }

std::string values(std::size_t count) { return fmt::format("{} value{}", count, count == 1 ? "" : "s"); }

/// The curve's value at x; none beyond its ends. `from` is a place at or before x, and is moved on to the last such.
std::optional<double> value_at(const RunCurve& curve, double x, std::size_t& from) {
  const auto& places = curve.places;
  if (places.empty() || x < places.front().x || x > places.back().x) return std::nullopt;
  while (from + 1 < places.size() && places[from + 1].x <= x) ++from;
  const RunCurve::Place& last = places[from];
  if (last.x == x) return last.y;
  const RunCurve::Place& next = places[from + 1];
  return last.y + (next.y - last.y) * ((x - last.x) / (next.x - last.x));
}

}  // namespace

RunCurve run_curve(const RunSummary& run, const PlotRequest& request, PlotSource& source) {
  RunCurve curve;
  std::vector<Point> points = source.points(run.id, request.metric);
  if (points.empty()) {
    curve.problem = fmt::format("no curve of {}", request.metric);
    return curve;
  }
  const XValues x_values(request.x, run.id, source);
  if (!x_values.problem().empty()) {
    curve.problem = x_values.problem();
    return curve;
  }
  std::size_t not_finite = 0, not_positive = 0, off_axis = 0;
  std::optional<std::int64_t> first_not_finite;
  for (const Point& point : smoothed(std::move(points), request.smoothing)) {
    const std::optional<double> x = x_values.at(point.step);
    if (!std::isfinite(point.value)) {
      ++not_finite;
      if (!first_not_finite) first_not_finite = point.step;
    } else if (!x) {
      ++off_axis;
    } else if ((request.log_y && point.value <= 0) || (request.log_x && *x <= 0)) {
      ++not_positive;
    } else if (curve.places.empty() || *x >= curve.places.back().x) {
      curve.places.push_back({*x, point.value, point.step});
    }
  }
  if (not_finite > 0)
    curve.notes.push_back(fmt::format("{}: {} of {} left out, NaN or infinite, the first at step {}", named(run),
                                      values(not_finite), request.metric, *first_not_finite));
  if (not_positive > 0)
    curve.notes.push_back(fmt::format("{}: {} left out that a logarithmic axis has no place for (0 or below)",
                                      named(run), values(not_positive)));
  if (off_axis > 0)
    curve.notes.push_back(fmt::format("{}: {} left out, of which it is not known where on the axis of {} they belong",
                                      named(run), values(off_axis), to_string(request.x)));
  if (curve.places.empty())
    curve.problem = fmt::format("no value of {} that can be drawn{}", request.metric,
                                not_positive > 0 ? ", none above 0, as a logarithmic axis needs" : "");
  return curve;
}

std::vector<PlotPoint> mean_curve(const std::vector<RunCurve>& curves) {
  if (curves.size() == 1) {
    std::vector<PlotPoint> same;
    for (const RunCurve::Place& place : curves.front().places) same.push_back({place.x, place.y, place.y, place.y, 1});
    return same;
  }
  std::vector<double> xs;
  for (const RunCurve& curve : curves)
    for (const RunCurve::Place& place : curve.places) xs.push_back(place.x);
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  std::vector<std::size_t> from(curves.size(), 0);
  std::vector<PlotPoint> points;
  for (const double x : xs) {
    PlotPoint point{x, 0, INFINITY, -INFINITY, 0};
    for (std::size_t i = 0; i < curves.size(); ++i) {
      const std::optional<double> y = value_at(curves[i], x, from[i]);
      if (!y) continue;
      point.low = std::min(point.low, *y);
      point.high = std::max(point.high, *y);
      ++point.runs;
      point.y += (*y - point.y) / static_cast<double>(point.runs);  // the mean so far
    }
    points.push_back(point);
  }
  return points;
}

}  // namespace folio::runs
