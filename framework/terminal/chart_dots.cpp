#include "terminal/chart_dots.h"

#include <algorithm>
#include <cmath>

namespace folio {

ChartDots::ChartDots(int columns, int rows)
    : width_(2 * columns), height_(4 * rows), set_(static_cast<std::size_t>(width_ * height_)) {}

void ChartDots::join(int x0, int y0, int x1, int y1, std::string_view stroke) {
  int last = y0;
  for (int x = x0; x <= x1; ++x) {
    const int y = x1 == x0 ? y1 : y0 + static_cast<int>(std::lround(double(y1 - y0) * (x - x0) / (x1 - x0)));
    const char how = stroke[static_cast<std::size_t>(x) % stroke.size()];
    if (how == '|')
      for (int between = std::min(last, y); between <= std::max(last, y); ++between) set(x, between);
    else if (how == '.')
      set(x, y);
    last = y;
  }
}

void ChartDots::shade(int x, int low, int high) {
  constexpr int kApart = 4;
  if (x % 2 != 0) return;
  for (int y = low; y <= high; ++y)
    if ((y + x) % kApart == 0) set(x, y);
}

unsigned ChartDots::braille(int column, int row) const {
  static constexpr unsigned kBits[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};  // from below
  unsigned bits = 0;
  for (int x = 0; x < 2; ++x)
    for (int y = 0; y < 4; ++y) bits |= at(2 * column + x, 4 * row + y) ? kBits[x][y] : 0;
  return bits;
}

}  // namespace folio
