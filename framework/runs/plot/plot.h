#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runs/record/metrics.h"

/// A picture of curves, described once: the terminal, SVG, the web page and JSON all draw this.
namespace folio::runs {

/// What a curve is drawn over.
enum class XAxis {
  steps,   ///< optimizer steps
  tokens,  ///< tokens that were trained on: the epoch times the tokens of the training text
  epochs,  ///< passes over the training text
  time,  ///< seconds since the run began (the entry of step 0 in Store::times()), without the time between its sessions
};

std::string_view to_string(XAxis axis);
std::vector<std::string> x_axis_names();
/// Throws Error (usage) that names the nearest.
XAxis x_axis_from_string(const std::string& name);

/// The last step of each run that somebody has the points of.
using PlotCursor = std::map<std::string, std::int64_t>;

/// "3fa9b2c1:120,b2c1d4e5:80".
std::string to_string(const PlotCursor& cursor);
/// Throws Error (usage).
PlotCursor plot_cursor_from_string(const std::string& text);

struct PlotRequest {
  std::string metric = "loss";
  XAxis x = XAxis::steps;
  double smoothing = 0;  ///< see smoothed()
  bool log_x = false;
  bool log_y = false;
  bool group = false;              ///< one curve for the runs that differ in their seeds alone
  std::size_t most_points = 1000;  ///< of a curve; more are thinned; 0: as many as there are
  PlotCursor after{};              ///< only what came later
};

/// A place of a curve. Of a group it is the mean over its runs, and the lowest and the highest of them.
struct PlotPoint {
  double x = 0;
  double y = 0;
  double low = 0;
  double high = 0;
  std::size_t runs = 1;  ///< that reach as far
};

struct PlotCurve {
  std::string label;              ///< the run's name, and what tells it from the others
  std::size_t color = 0;          ///< its place in the palette
  std::vector<std::string> runs;  ///< by id; several of a group
  std::vector<PlotPoint> points;  ///< by x; all of them finite
  std::size_t total_points = 0;   ///< before thinning
  std::int64_t last_step = 0;

  bool is_group() const { return runs.size() > 1; }
  bool thinned() const { return points.size() < total_points; }
};

struct Plot {
  std::string metric;
  std::string unit;  ///< empty where there is none, or it is not known
  Direction direction = Direction::none;
  XAxis x = XAxis::steps;
  double smoothing = 0;
  bool log_x = false;
  bool log_y = false;
  bool grouped = false;
  std::vector<PlotCurve> curves;
  std::vector<std::string> notes;  ///< what a reader should know before drawing conclusions
  PlotCursor cursor;

  std::string x_title() const;             ///< "step", "tokens", "epoch", "time"
  std::string x_text(double value) const;  ///< "1,500", "1:02:05"
  std::string y_title() const;             ///< "loss (nats per token, lower is better)"
};

/// A plot as the request has it, without curves.
Plot plot_without_curves(const PlotRequest& request);

}  // namespace folio::runs
