#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace folio {

/// Dots of one curve: a grid of two by four to a character, the first row the lowest.
class ChartDots {
 public:
  ChartDots(int columns, int rows);

  int width() const { return width_; }
  int height() const { return height_; }
  void set(int x, int y) { set_[static_cast<std::size_t>(y * width_ + x)] = true; }

  /// From one dot to the next. The stroke says, column of dots by column, what is drawn ('|' all the way, '.' one dot,
  /// ' ' nothing), and begins anew at its end.
  void join(int x0, int y0, int x1, int y1, std::string_view stroke);

  /// A dot here and there from the lower to the upper one.
  void shade(int x, int low, int high);

  /// The character's dots as Braille's code counts them.
  unsigned braille(int column, int row) const;

 private:
  bool at(int x, int y) const { return set_[static_cast<std::size_t>(y * width_ + x)]; }

  int width_, height_;
  std::vector<bool> set_;
};

}  // namespace folio
