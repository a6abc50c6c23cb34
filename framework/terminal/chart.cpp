#include "terminal/chart.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "support/human.h"
#include "support/utf8.h"

namespace folio {
namespace {

struct Range {
  double low = 0, high = 0;
  bool empty = true;

  void take(double value) {
    low = empty ? value : std::min(low, value);
    high = empty ? value : std::max(high, value);
    empty = false;
  }

  /// Where the value lies among `count` places in a row, 0 the first.
  int place(double value, int count) const {
    const double share = (value / 2 - low / 2) / (high / 2 - low / 2);  // halves, whose differences do not overflow
    return share >= 0 && share <= 1 ? static_cast<int>(std::lround(share * (count - 1))) : 0;
  }

  double at(double share) const { return low + share * high - share * low; }
};

bool finite(const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second);
}

/// Dots of one curve: a grid of two by four to a character, the first row the lowest.
class Dots {
 public:
  Dots(int columns, int rows)
      : width_(2 * columns), height_(4 * rows), set_(static_cast<std::size_t>(width_ * height_)) {}

  int width() const { return width_; }
  int height() const { return height_; }
  bool at(int x, int y) const { return set_[static_cast<std::size_t>(y * width_ + x)]; }
  void set(int x, int y) { set_[static_cast<std::size_t>(y * width_ + x)] = true; }

  /// From one dot to the next, all the way or every third column of dots.
  void join(int x0, int y0, int x1, int y1, bool dotted) {
    int last = y0;
    for (int x = x0; x <= x1; ++x) {
      const int y = x1 == x0 ? y1 : y0 + static_cast<int>(std::lround(double(y1 - y0) * (x - x0) / (x1 - x0)));
      if (!dotted)
        for (int between = std::min(last, y); between <= std::max(last, y); ++between) set(x, between);
      else if (x % 3 == 0)
        set(x, y);
      last = y;
    }
  }

  /// The character's dots as Braille's code counts them.
  unsigned braille(int column, int row) const {
    static constexpr unsigned kBits[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};  // from below
    unsigned bits = 0;
    for (int x = 0; x < 2; ++x)
      for (int y = 0; y < 4; ++y) bits |= at(2 * column + x, 4 * row + y) ? kBits[x][y] : 0;
    return bits;
  }

 private:
  int width_, height_;
  std::vector<bool> set_;
};

/// Draws the curve; gives the row of characters that it ends in.
std::optional<int> draw_curve(const Chart::Points& points, const Range& x_range, const Range& y_range, bool dotted,
                              Dots& dots) {
  std::optional<std::pair<int, int>> last;
  for (std::size_t i = 0; i < points.size();) {
    const int x = x_range.place(points[i].first, dots.width());
    double sum = 0;
    std::size_t count = 0;
    for (; i < points.size() && x_range.place(points[i].first, dots.width()) == x; ++i, ++count)
      sum += points[i].second;
    const int y = y_range.place(sum / static_cast<double>(count), dots.height());
    if (last)
      dots.join(last->first, last->second, x, y, dotted);
    else
      dots.set(x, y);
    last = {x, y};
  }
  return last ? std::optional(last->second / 4) : std::nullopt;
}

std::string utf8_of_braille(unsigned bits) {
  std::string text;
  append_utf8(text, 0x2800 + bits);
  return text;
}

std::string padded(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ') + text;
}

/// "0        108        216 step"
std::string x_axis(const Range& range, int indent, int columns, std::string_view name) {
  std::string line(static_cast<std::size_t>(indent + columns), ' ');
  const auto put = [&](const std::string& text, int at) {
    const int begin = std::clamp(at, indent, indent + columns - static_cast<int>(text.size()));
    line.replace(static_cast<std::size_t>(begin), text.size(), text);
  };
  const auto label = [&](double share) { return whole_number(range.at(share)); };
  put(label(0), indent);
  put(label(0.5), indent + columns / 2 - static_cast<int>(label(0.5).size()) / 2);
  put(label(1), indent + columns);
  return line + " " + std::string(name) + "\n";
}

}  // namespace

std::string Chart::draw(int width, int rows, std::string_view x_name, Paint paint) const {
  Range x_range, y_range;
  Points curves[2] = {a_, b_};
  for (Points& curve : curves) {
    std::erase_if(curve, [](const auto& point) { return !finite(point); });
    for (const auto& [x, y] : curve) {
      x_range.take(x);
      y_range.take(y);
    }
  }
  if (x_range.empty) return "";
  constexpr int kLabel = 7, kAxis = 2, kRowsToLabel = 4;
  const int columns = std::max(30, width) - kLabel - kAxis - static_cast<int>(x_name.size()) - 1;
  Dots dots_a(columns, rows), dots_b(columns, rows);
  const auto end_a = draw_curve(curves[0], x_range, y_range, false, dots_a);
  const auto end_b = draw_curve(curves[1], x_range, y_range, !paint.enabled(), dots_b);

  std::string text;
  for (int row = rows - 1; row >= 0; --row) {
    const bool labelled = (rows - 1 - row) % kRowsToLabel == 0 || row == 0;
    const double share = rows == 1 ? 0 : double(row) / (rows - 1);
    std::string line = padded(labelled ? significant(y_range.at(share)) : "", kLabel) + (labelled ? " ┤" : " │");
    for (int column = 0; column < columns; ++column) {
      const unsigned in_a = dots_a.braille(column, row);
      const unsigned in_b = dots_b.braille(column, row);
      const std::string cell = (in_a | in_b) != 0 ? utf8_of_braille(in_a | in_b) : " ";
      line += in_a && in_b ? cell : in_a ? paint.cyan(cell) : in_b ? paint.yellow(cell) : cell;
    }
    std::string ends;
    if (end_a == row) ends += paint.cyan("A");
    if (end_b == row) ends += paint.yellow("B");
    line += " " + ends;
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  text += std::string(kLabel, ' ') + " └";
  for (int column = 0; column < columns; ++column) text += "─";
  return text + "\n" + x_axis(x_range, kLabel + kAxis, columns, x_name);
}

}  // namespace folio
