#include "runs/plot/make_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "runs/plot/run_curve.h"
#include "runs/plot/thinning.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace folio::runs {
namespace {

constexpr std::size_t kMostNamed = 12;          // metrics in a message
constexpr std::size_t kMostInLabel = 3;         // settings
constexpr std::size_t kMostProblemsNamed = 10;  // runs in the notes

/// The names of the runs' metrics that have curves, each once.
std::vector<std::string> curves_of(const std::vector<RunSummary>& runs, PlotSource& source) {
  std::set<std::string> names;
  for (const RunSummary& run : runs)
    for (std::string& name : source.curves(run.id)) names.insert(std::move(name));
  names.erase("epoch");
  std::vector<std::string> sorted(names.begin(), names.end());
  std::sort(sorted.begin(), sorted.end(), shown_before);
  return sorted;
}

[[noreturn]] void refuse(const std::vector<RunSummary>& runs, const std::string& metric, PlotSource& source) {
  const std::vector<std::string> names = curves_of(runs, source);
  const std::string who = runs.size() == 1 ? "run " + runs.front().id : fmt::format("none of the {} runs", runs.size());
  const bool is_final =
      std::any_of(runs.begin(), runs.end(), [&](const RunSummary& run) { return run.metrics.contains(metric); });
  std::string text = who + (runs.size() == 1 ? " has no curve of '" : " has a curve of '") + metric + "'";
  if (is_final)
    text += fmt::format("{} one value for the whole run (runner compare shows it)",
                        runs.size() == 1 ? ", which is" : "; it is");
  if (names.empty()) throw Error(ErrorKind::usage, text + "; there are no points of it");
  text += did_you_mean(metric, names) + "; there are curves of ";
  text += fmt::format(
      "{}",
      fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamed)), ", "));
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  throw Error(ErrorKind::usage, text);
}

std::string text_of(const FieldValue& value) {
  const double* number = std::get_if<double>(&value);
  if (number) return fmt::format("{}", *number);
  return std::holds_alternative<std::string>(value) ? std::get<std::string>(value) : "none";
}

/// What stands behind the last point of a setting's key.
std::string last_word(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The columns of settings whose values differ among these rows; of those that say the same (the vocabulary of model
/// and tokenizer) the first.
std::vector<std::size_t> telling_columns(const RunTable& table, const std::vector<std::size_t>& rows) {
  const auto value = [&](std::size_t row, std::size_t column) -> const FieldValue& {
    return table.rows[row].cells[column].value;
  };
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto is_first = [&](std::size_t row) { return value(row, c) == value(rows.front(), c); };
    if (table.columns[c].kind != Field::Kind::setting || std::all_of(rows.begin(), rows.end(), is_first)) continue;
    const auto says_the_same = [&](std::size_t other) {
      return last_word(table.columns[other].name) == last_word(table.columns[c].name) &&
             std::all_of(rows.begin(), rows.end(), [&](std::size_t row) { return value(row, other) == value(row, c); });
    };
    if (std::none_of(columns.begin(), columns.end(), says_the_same)) columns.push_back(c);
  }
  return columns;
}

/// " learning_rate=0.001 seed=2"; of more than a label holds the first, and how many others differ.
std::string settings_text(const RunTable& table, const std::vector<std::size_t>& columns, std::size_t row) {
  std::string text;
  for (std::size_t i = 0; i < columns.size() && i < kMostInLabel; ++i) {
    const std::size_t c = columns[i];
    text += fmt::format(" {}={}", last_word(table.columns[c].name), text_of(table.rows[row].cells[c].value));
  }
  if (columns.size() > kMostInLabel) text += fmt::format(" and {} more", columns.size() - kMostInLabel);
  return text;
}

/// The name of each row's runs and, where several rows have one name, what tells them apart: a few settings, and the id
/// where they do not.
std::vector<std::string> labels_of(const RunTable& table) {
  std::map<std::string, std::vector<std::size_t>> rows_named;
  for (std::size_t i = 0; i < table.rows.size(); ++i) rows_named[table.rows[i].runs.front()->name].push_back(i);
  std::vector<std::string> labels(table.rows.size());
  for (const auto& [name, rows] : rows_named) {
    const std::vector<std::size_t> columns = telling_columns(table, rows);
    for (const std::size_t row : rows) labels[row] = name + settings_text(table, columns, row);
  }
  std::map<std::string, int> seen;
  for (const std::string& label : labels) ++seen[label];
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (seen[labels[i]] > 1) labels[i] += " " + table.rows[i].runs.front()->id;
  return labels;
}

/// The points that stand for the curve, which lacks nothing before. What is left out of a band widens the points that
/// stay, so that it covers all that the runs did.
void thin_curve(PlotCurve& curve, bool log_x, bool log_y, std::size_t most_points) {
  const std::vector<PlotPoint>& points = curve.points;
  std::vector<PlacedPoint> drawn;
  for (const PlotPoint& point : points)
    drawn.emplace_back(log_x ? std::log(point.x) : point.x, log_y ? std::log(point.y) : point.y);
  const std::vector<std::size_t> places = thinned_places(drawn, most_points);
  std::vector<PlotPoint> kept;
  for (const std::size_t place : places) kept.push_back(points[place]);
  std::size_t at = 0;
  for (std::size_t i = 0; i < points.size() && curve.is_group(); ++i) {
    while (at + 1 < places.size() && i - places[at] > places[at + 1] - i && i > places[at]) ++at;
    kept[at].low = std::min(kept[at].low, points[i].low);
    kept[at].high = std::max(kept[at].high, points[i].high);
  }
  curve.points = std::move(kept);
}

/// What came after the cursor of the curve's runs.
void drop_known(std::vector<RunCurve::Place>& places, const std::string& run, const PlotCursor& after) {
  const auto known = after.find(run);
  if (known == after.end()) return;
  std::erase_if(places, [&](const RunCurve::Place& place) { return place.step <= known->second; });
}

class PlotMaker {
 public:
  PlotMaker(const PlotRequest& request, PlotSource& source, Plot& plot)
      : request_(request), source_(source), plot_(plot) {}

  void add(const RunTable::Row& row, std::string label, std::size_t color) {
    PlotCurve curve;
    std::vector<RunCurve> curves;
    for (const RunSummary* run : row.runs) {
      RunCurve of_run = run_curve(*run, request_, source_);
      plot_.notes.insert(plot_.notes.end(), of_run.notes.begin(), of_run.notes.end());
      if (!of_run.problem.empty()) {
        problems_.push_back(fmt::format("run {} ({}): {}", run->id, run->name, of_run.problem));
        continue;
      }
      const std::int64_t last = of_run.places.back().step;
      curve.last_step = std::max(curve.last_step, last);
      plot_.cursor[run->id] = last;
      curve.runs.push_back(run->id);
      if (!plot_.grouped) drop_known(of_run.places, run->id, request_.after);
      curves.push_back(std::move(of_run));
    }
    if (curve.runs.empty()) return;
    curve.label = curve.is_group() ? fmt::format("{} ({} runs)", label, curve.runs.size()) : std::move(label);
    curve.color = color;
    curve.points = mean_curve(curves);
    curve.total_points = curve.points.size();
    thin_curve(curve, request_.log_x, request_.log_y, request_.most_points);
    plot_.curves.push_back(std::move(curve));
  }

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  const PlotRequest& request_;
  PlotSource& source_;
  Plot& plot_;
  std::vector<std::string> problems_;
};

void note_problems(const std::vector<std::string>& problems, Plot& plot) {
  for (std::size_t i = 0; i < problems.size() && i < kMostProblemsNamed; ++i)
    plot.notes.push_back((plot.curves.empty() ? "" : "left out: ") + problems[i]);
  if (problems.size() > kMostProblemsNamed)
    plot.notes.push_back(fmt::format("left out: {} more runs", problems.size() - kMostProblemsNamed));
}

void note_groups(Plot& plot) {
  if (std::none_of(plot.curves.begin(), plot.curves.end(), [](const PlotCurve& curve) { return curve.is_group(); })) {
    if (plot.grouped) plot.notes.emplace_back("no two of these runs differ in their seeds alone");
    return;
  }
  plot.notes.emplace_back("a line is the mean over the runs of a group, its band goes from the lowest to the highest");
}

}  // namespace

Plot make_plot(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
               const PlotRequest& request, PlotSource& source) {
  Plot plot = make_plot_or_notes(runs, settings, fields, request, source);
  if (plot.curves.empty()) throw Error(ErrorKind::usage, "nothing can be drawn: " + plot.notes.front());
  return plot;
}

Plot make_plot_or_notes(const std::vector<RunSummary>& runs, const RunSettings& settings, const RunFields& fields,
                        const PlotRequest& request, PlotSource& source) {
  if (runs.empty()) throw Error(ErrorKind::usage, "there is no run to plot; `runner ls` lists those that there are");
  TableRequest as_table;
  as_table.group = request.group;
  if (const auto field = fields.find(request.metric); field && field->kind == Field::Kind::metric)
    as_table.metrics = {request.metric};
  const RunTable table = make_table(runs, settings, fields, as_table);
  Plot plot = plot_without_curves(request);
  const std::vector<std::string> labels = labels_of(table);
  PlotMaker maker(request, source, plot);
  for (std::size_t i = 0; i < table.rows.size(); ++i) maker.add(table.rows[i], labels[i], i);
  const auto has_points = [&](const RunSummary& run) { return !source.points(run.id, request.metric).empty(); };
  if (plot.curves.empty()) {
    if (std::none_of(runs.begin(), runs.end(), has_points)) refuse(runs, request.metric, source);
    plot.notes.clear();  // of the values one by one; the problems say it of the runs
  }
  note_problems(maker.problems(), plot);
  if (plot.curves.empty()) return plot;
  note_groups(plot);
  if (runs.size() > 1) plot.notes.insert(plot.notes.end(), table.notes.begin(), table.notes.end());
  return plot;
}

void thin(Plot& plot, std::size_t most_points) {
  for (PlotCurve& curve : plot.curves) thin_curve(curve, plot.log_x, plot.log_y, most_points);
}

}  // namespace folio::runs
