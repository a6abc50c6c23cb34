#include "cli/curves/watch_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "runs/plot/plot_text.h"
#include "runs/record/metrics.h"
#include "runs/report/run_text.h"
#include "support/human.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

constexpr int kLeastChart = 6;    // rows of curves; fewer show nothing
constexpr int kComfortable = 10;  // with fewer, nothing else is shown beside what is needed
constexpr int kAroundChart = 3;   // its title and its x axis
constexpr int kFewRuns = 5;       // rows that runs have before there is a chart

int line_count(const std::string& text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

/// The place of the run's curve in the plot.
std::optional<std::size_t> curve_of(const runs::Plot& plot, const std::string& id) {
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const std::vector<std::string>& runs = plot.curves[i].runs;
    if (std::find(runs.begin(), runs.end(), id) != runs.end()) return i;
  }
  return std::nullopt;
}

/// The letter of the run's curve, in its colour; blank where it has none.
std::string mark_of_run(const runs::Plot& plot, const std::string& id, const Palette& palette) {
  const auto place = curve_of(plot, id);
  return place ? palette.paint(static_cast<int>(plot.curves[*place].color), runs::curve_mark(*place)) : " ";
}

std::string last_value(const RunProgress& run, const std::string& metric) {
  const auto value = run.metrics.find(metric);
  return value == run.metrics.end() ? "" : runs::metric_text(metric, value->second);
}

std::string speed_text(const RunProgress& run) {
  const auto speed = run.metrics.find("tokens_per_second");
  return speed == run.metrics.end() ? "" : fmt::format("{:.0f} tok/s", speed->second);
}

std::string left_text(const RunProgress& run) {
  return run.seconds_left ? human_duration(std::max(0.0, *run.seconds_left)) : "";
}

/// A row for each of the runs, as many as `most` rows have room for.
std::string table_of_runs(const runs::Plot& plot, std::span<const RunProgress> runs, int columns, int most,
                          const Palette& palette) {
  using enum Table::Align;
  const Paint paint(palette.enabled());
  Table table({{"", left, 9},
               {"name", left, 8},
               {"id", left, 3},
               {"state", left, 5},
               {"step", right, 7},
               {plot.metric, right, 6},
               {"speed", right, 2},
               {"left", right, 4}});
  const bool all = static_cast<int>(runs.size()) + 1 <= most;
  const std::size_t shown = all ? runs.size() : static_cast<std::size_t>(std::max(1, most - 2));
  for (const RunProgress& run : runs.first(shown))
    table.add_row({mark_of_run(plot, run.summary.id, palette), run.summary.name, run.summary.id,
                   runs::state_text(run.summary, paint), step_text(run), last_value(run, plot.metric), speed_text(run),
                   left_text(run)});
  std::string text = table.fitted(columns);
  if (shown < runs.size()) text += paint.dim(fmt::format("and {} more", runs.size() - shown)) + "\n";
  return text;
}

/// Rows for the table where there are so many for it and the chart.
int rows_for_runs(int runs, int rows) {
  const int wanted = runs + 1, few = std::min(wanted, kFewRuns);
  const bool has_chart = rows - kLeastChart - kAroundChart >= few;
  return has_chart ? std::clamp(wanted, few, std::max(few, rows / 2)) : rows;
}

std::string title_of(const runs::Plot& plot, const Paint& paint) {
  const std::string smoothed = plot.smoothing > 0 ? fmt::format(", smoothed with weight {}", plot.smoothing) : "";
  return paint.bold(plot.y_title()) + smoothed;
}

}  // namespace

std::string sample_line(const RunProgress& run) {
  if (!run.sample) return "";
  return fmt::format("step {} writes: {}", run.sample->step, without_controls(run.sample->prompt + run.sample->text));
}

std::string watch_line(const RunProgress& run, const std::string& metric) {
  std::string line = fmt::format("{}  {}  {}  step {}", run.summary.id, run.summary.name,
                                 runs::state_text(run.summary, Paint(false)), step_text(run));
  if (const std::string value = last_value(run, metric); !value.empty()) line += fmt::format("  {} {}", metric, value);
  if (const std::string speed = speed_text(run); !speed.empty()) line += "  " + speed;
  if (const std::string left = left_text(run); !left.empty()) line += fmt::format("  {} left", left);
  return line;
}

std::string watch_frame(const runs::Plot& plot, std::span<const RunProgress> runs, const std::string& last_line,
                        int columns, int rows, const Palette& palette) {
  const Paint paint(palette.enabled());
  const std::string last = last_line.empty() ? "" : cut_to_width(paint.dim(last_line), columns) + "\n";
  int left = rows - line_count(last);
  const std::string table =
      table_of_runs(plot, runs, columns, rows_for_runs(static_cast<int>(runs.size()), left), palette);
  left -= line_count(table);
  std::string below;
  for (const std::string& note : plot.notes) {
    if (left - kAroundChart <= kComfortable) break;
    below += cut_to_width(paint.dim(without_controls(note)), columns) + "\n";
    --left;
  }
  std::string samples;
  for (const RunProgress& run : runs) {
    const std::string written = sample_line(run);
    if (written.empty() || left - kAroundChart <= kComfortable) continue;
    samples += cut_to_width(mark_of_run(plot, run.summary.id, palette) + "  " + written, columns) + "\n";
    --left;
  }
  std::string text;
  if (left >= kLeastChart + kAroundChart) {
    const std::string chart = runs::chart_of(plot, columns, left - kAroundChart, palette);
    text = cut_to_width(title_of(plot, paint), columns) + "\n" + chart;
  }
  text += table + samples + below + last;
  std::size_t end = 0;  // a table that is wrapped may need more rows than there are
  for (int row = 0; row < rows && end < text.size(); ++row) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

}  // namespace folio::cli
