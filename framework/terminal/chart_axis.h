#pragma once

#include <string>

namespace folio {

/// How an axis of a Chart is laid and labelled.
struct ChartAxis {
  enum class Values {
    numbers,  ///< 0.316, 1,234, 12.5k, 2M
    whole,    ///< the same of what is counted: 3, not 2.5
    clock     ///< seconds as h:mm:ss
  };

  std::string title{};
  bool log = false;  ///< what is not above 0 is left out
  Values values = Values::numbers;
};

/// A number in a form of few characters: 0.0316, 1,234, 12.5k, 2M; four significant digits beyond that.
std::string short_number(double number);

/// The values that an axis spans.
class AxisRange {
 public:
  explicit AxisRange(const ChartAxis& axis) : log_(axis.log), values_(axis.values) {}

  /// Whether the value has a place on such an axis.
  bool can_show(double value) const;

  /// The axis spans the value, which it can show.
  void take(double value);

  bool empty() const { return empty_; }

  /// Where the value, which lies within the range, lies among `count` places in a row, 0 the first.
  int place(double value, int count) const;

  /// What is said at a share of the way.
  std::string label(double share) const;

 private:
  double laid(double value) const;
  std::string telling_number(double value) const;

  bool log_;
  ChartAxis::Values values_;
  double low_ = 0, high_ = 0;  // as they are laid
  bool empty_ = true;
};

}  // namespace folio
