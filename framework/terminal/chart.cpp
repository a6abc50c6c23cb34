#include "terminal/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "support/utf8.h"
#include "terminal/chart_dots.h"
#include "terminal/terminal.h"

namespace folio {
namespace {

/// By the curve's index, as ChartDots::join() takes them.
struct Stroke {
  const char* pattern;
  const char* name;
};
constexpr std::array<Stroke, 6> kStrokes{{{"|", "solid"},
                                          {".  ", "dotted"},
                                          {"||||||   ", "dashed"},
                                          {"||||||  .  ", "dash and dot"},
                                          {"||   ", "short dashes"},
                                          {".     ", "sparse dots"}}};

const Stroke& stroke_of(int color) { return kStrokes[static_cast<std::size_t>(color) % kStrokes.size()]; }

/// Where a curve ends, in characters.
struct End {
  int column, row;
};

/// A curve as it is drawn.
struct Drawn {
  const Chart::Curve* curve;
  ChartDots line, band;
  std::optional<End> end{};
};

class Drawing {
 public:
  Drawing(const AxisRange& x, const AxisRange& y, int columns, int rows, bool painted)
      : x_(x), y_(y), columns_(columns), rows_(rows), painted_(painted) {}

  Drawn draw(const Chart::Curve& curve) const {
    Drawn drawn{&curve, ChartDots(columns_, rows_), ChartDots(columns_, rows_)};
    shade(curve.band, drawn.band);
    const std::string_view stroke = painted_ ? "|" : stroke_of(curve.color).pattern;
    std::optional<std::pair<int, int>> last;
    const Chart::Points& points = curve.points;
    for (std::size_t i = 0; i < points.size();) {
      const int x = x_.place(points[i].first, drawn.line.width());
      double sum = 0;
      std::size_t count = 0;
      for (; i < points.size() && x_.place(points[i].first, drawn.line.width()) == x; ++i, ++count)
        sum += points[i].second;
      const int y = y_.place(sum / static_cast<double>(count), drawn.line.height());
      if (last)
        drawn.line.join(last->first, last->second, x, y, stroke);
      else
        drawn.line.set(x, y);
      last = {x, y};
    }
    if (last) drawn.end = End{last->first / 2, last->second / 4};
    return drawn;
  }

 private:
  void shade(const std::vector<Chart::Band>& band, ChartDots& dots) const {
    for (std::size_t i = 1; i < band.size(); ++i) {
      const int x0 = x_.place(band[i - 1].x, dots.width()), x1 = x_.place(band[i].x, dots.width());
      const auto between = [&](double a, double b, int x) {
        const int from = y_.place(a, dots.height()), to = y_.place(b, dots.height());
        return x1 == x0 ? to : from + (to - from) * (x - x0) / (x1 - x0);
      };
      for (int x = x0; x <= x1; ++x)
        dots.shade(x, between(band[i - 1].low, band[i].low, x), between(band[i - 1].high, band[i].high, x));
    }
  }

  const AxisRange& x_;
  const AxisRange& y_;
  int columns_, rows_;
  bool painted_;
};

std::string utf8_of_braille(unsigned bits) {
  std::string text;
  append_utf8(text, 0x2800 + bits);
  return text;
}

std::string blanks(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

/// A line of text of which neighbours in the same colour are painted at once.
class PaintedLine {
 public:
  explicit PaintedLine(const Palette& palette) : palette_(palette) {}

  /// Negative: in no colour.
  void add(const std::string& text, int color = -1, bool faint = false) {
    if (color != color_ || faint != faint_) finish();
    color_ = color;
    faint_ = faint;
    same_ += text;
  }

  /// The line, without blanks at its end.
  std::string text() {
    finish();
    return line_.erase(line_.find_last_not_of(' ') + 1);
  }

 private:
  void finish() {
    line_ += color_ < 0 ? same_ : faint_ ? palette_.faint(color_, same_) : palette_.paint(color_, same_);
    same_.clear();
  }

  const Palette& palette_;
  std::string line_, same_;
  int color_ = -1;
  bool faint_ = false;
};

/// The character at a place: the dots of all lines there, in the colour of the one that it belongs to alone.
void add_cell(PaintedLine& line, const std::vector<Drawn>& all, int column, int row) {
  unsigned lines = 0, bands = 0;
  int line_color = 0, band_color = 0, line_count = 0;
  for (const Drawn& drawn : all) {
    if (const unsigned dots = drawn.line.braille(column, row)) {
      lines |= dots;
      line_color = drawn.curve->color;
      ++line_count;
    }
    if (const unsigned dots = drawn.band.braille(column, row)) {
      bands |= dots;
      band_color = drawn.curve->color;
    }
  }
  if (lines != 0)
    line.add(utf8_of_braille(lines | bands), line_count == 1 ? line_color : -1);
  else if (bands != 0)
    line.add(utf8_of_braille(bands), band_color, /*faint=*/true);
  else
    line.add(" ");
}

struct Mark {
  char letter;
  int color;
};
using MarksOfRow = std::map<int, Mark>;  // by column

/// The letters of each row, by the column that they stand in: behind the curves' ends, one behind the other.
std::map<int, MarksOfRow> marks_of(const std::vector<Drawn>& all, int columns) {
  std::map<int, MarksOfRow> rows;
  for (const Drawn& drawn : all) {
    if (!drawn.end) continue;
    MarksOfRow& row = rows[drawn.end->row];
    int at = drawn.end->column + 2;
    while (row.contains(at)) ++at;
    for (std::size_t i = 0; i < drawn.curve->mark.size() && at < columns; ++i, ++at)
      row[at] = {drawn.curve->mark[i], drawn.curve->color};
  }
  return rows;
}

/// Columns to leave beside the drawing for letters, where many curves end at the same place.
int margin_for(const std::vector<Chart::Curve>& curves, const AxisRange& y, int rows, int widest) {
  std::map<int, int> by_row;
  int most = 0;
  for (const Chart::Curve& curve : curves)
    if (!curve.points.empty()) {
      int& taken = by_row[y.place(curve.points.back().second, 4 * rows) / 4];
      most = std::max(most, taken += static_cast<int>(curve.mark.size()));
    }
  return std::min(most + 1, widest);
}

/// "0        108        216 step"
std::string x_axis(const AxisRange& range, int indent, int columns, const std::string& title) {
  std::string line = blanks(indent + columns);
  const auto put = [&](const std::string& text, int at) {
    const int begin = std::clamp(at, indent, indent + columns - static_cast<int>(text.size()));
    line.replace(static_cast<std::size_t>(begin), text.size(), text);
  };
  constexpr int kWide = 90;
  const int parts = columns >= kWide ? 4 : 2;
  for (int part = 0; part <= parts; ++part) {
    const std::string text = range.label(double(part) / parts);
    put(text, indent + columns * part / parts - (part == 0 || part == parts ? 0 : static_cast<int>(text.size()) / 2));
  }
  return line + " " + title + "\n";
}

constexpr int kRowsToLabel = 4;

/// What stands before the axis, from the highest row to the lowest; empty where nothing does.
std::vector<std::string> y_labels(const AxisRange& range, int rows) {
  std::vector<std::string> labels;
  for (int row = rows - 1; row >= 0; --row) {
    const bool labelled = (rows - 1 - row) % kRowsToLabel == 0 || row == 0;
    labels.push_back(labelled ? range.label(rows == 1 ? 0 : double(row) / (rows - 1)) : "");
  }
  return labels;
}

}  // namespace

std::string chart_stroke_name(int index) { return stroke_of(index).name; }

Chart::Chart(std::vector<Curve> curves, ChartAxis x, ChartAxis y)
    : curves_(std::move(curves)), x_(std::move(x)), y_(std::move(y)) {
  const AxisRange on_x(x_), on_y(y_);
  for (Curve& curve : curves_) {
    std::erase_if(curve.points, [&](const auto& at) { return !on_x.can_show(at.first) || !on_y.can_show(at.second); });
    std::erase_if(curve.band, [&](const Band& at) {
      return !on_x.can_show(at.x) || !on_y.can_show(at.low) || !on_y.can_show(at.high);
    });
  }
}

std::string Chart::draw(int width, int rows, const Palette& palette) const {
  AxisRange x_range(x_), y_range(y_);
  for (const Curve& curve : curves_) {
    for (const auto& [x, y] : curve.points) {
      x_range.take(x);
      y_range.take(y);
    }
    for (const Band& band : curve.band) {
      x_range.take(band.x);
      y_range.take(band.low);
      y_range.take(band.high);
    }
  }
  if (x_range.empty()) return "";
  constexpr int kLeastLabel = 7, kAxis = 2, kLeast = 30;
  const std::vector<std::string> labels = y_labels(y_range, rows);
  int label_width = kLeastLabel;
  for (const std::string& label : labels) label_width = std::max(label_width, display_width(label));
  const int whole = std::max(kLeast, width);
  const int margin =
      std::max(display_width(x_.title) + 1, margin_for(curves_, y_range, rows, (whole - label_width) / 3));
  const int columns = whole - label_width - kAxis - margin;

  const Drawing drawing(x_range, y_range, columns, rows, palette.enabled());
  std::vector<Drawn> all;
  for (const Curve& curve : curves_) all.push_back(drawing.draw(curve));
  auto marks = marks_of(all, columns + margin);

  std::string text;
  for (int row = rows - 1; row >= 0; --row) {
    const std::string& label = labels[static_cast<std::size_t>(rows - 1 - row)];
    PaintedLine line(palette);
    line.add(blanks(label_width - display_width(label)) + label + (label.empty() ? " │" : " ┤"));
    for (int column = 0; column < columns + margin; ++column) {
      const auto mark = marks[row].find(column);
      if (mark != marks[row].end())
        line.add(std::string(1, mark->second.letter), mark->second.color);
      else if (column < columns)
        add_cell(line, all, column, row);
      else
        line.add(" ");
    }
    text += line.text() + "\n";
  }
  text += blanks(label_width) + " └";
  for (int column = 0; column < columns; ++column) text += "─";
  return text + "\n" + x_axis(x_range, label_width + kAxis, columns, x_.title);
}

}  // namespace folio
