#include "runs/plot/plot_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/human.h"
#include "terminal/chart.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::runs {
namespace {

constexpr int kIndent = 2;
constexpr std::size_t kMostNamedBelow = 20;

ChartAxis x_axis_of(const Plot& plot) {
  ChartAxis axis{plot.x_title(), plot.log_x, ChartAxis::Values::numbers};
  if (plot.x == XAxis::time) axis.values = ChartAxis::Values::clock;
  if (plot.x == XAxis::steps || plot.x == XAxis::tokens) axis.values = ChartAxis::Values::whole;
  return axis;
}

Chart::Curve drawn(const PlotCurve& curve, std::size_t place) {
  Chart::Curve result;
  result.mark = curve_mark(place);
  result.color = static_cast<int>(curve.color);
  for (const PlotPoint& point : curve.points) {
    result.points.emplace_back(point.x, point.y);
    if (curve.is_group()) result.band.push_back({point.x, point.low, point.high});
  }
  return result;
}

/// "A  smoke   4.3129 at step 120"
std::string line_of(const Plot& plot, const PlotCurve& curve, std::size_t place, const Palette& palette) {
  std::string line = palette.paint(static_cast<int>(curve.color), curve_mark(place)) + "  " + curve.label;
  if (!palette.enabled()) line += " (" + chart_stroke_name(static_cast<int>(curve.color)) + ")";
  if (curve.points.empty()) return line;
  const PlotPoint& last = curve.points.back();
  return line + fmt::format("  {} at {} {}", metric_text(plot.metric, last.y), plot.x_title(), plot.x_text(last.x));
}

}  // namespace

std::string curve_mark(std::size_t place) {
  const std::string last(1, static_cast<char>('A' + place % 26));
  return place < 26 ? last : curve_mark(place / 26 - 1) + last;
}

std::string chart_of(const Plot& plot, int width, int rows, const Palette& palette) {
  std::vector<Chart::Curve> curves;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) curves.push_back(drawn(plot.curves[i], i));
  return Chart(std::move(curves), x_axis_of(plot), {"", plot.log_y}).draw(width, rows, palette);
}

std::string to_text(const Plot& plot, int width, int rows, const Palette& palette) {
  const Paint paint(palette.enabled());
  std::string text = fitted_lines(paint.bold(plot.y_title()) + "\n", width);
  if (plot.smoothing > 0) text += fmt::format("smoothed, weight {}\n", plot.smoothing);
  text += chart_of(plot, width - kIndent, rows, palette);
  for (std::size_t i = 0; i < std::min(plot.curves.size(), kMostNamedBelow); ++i)
    text += cut_to_width(line_of(plot, plot.curves[i], i, palette), width) + "\n";
  if (plot.curves.size() > kMostNamedBelow) text += fmt::format("and {} more\n", plot.curves.size() - kMostNamedBelow);
  for (const std::string& note : plot.notes) text += paint.dim(wrapped(note, 0, width));
  return text;
}

}  // namespace folio::runs
