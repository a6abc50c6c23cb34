#include "terminal/chart_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "support/human.h"

namespace folio {

std::string short_number(double number) {
  static constexpr std::array<const char*, 4> kUnits{"k", "M", "G", "T"};
  const double size = std::abs(number);
  if (!(size >= 1000) || size >= 1e15) return significant(number);
  if (size < 9999.5) return whole_number(number);
  double scaled = number / 1000;
  std::size_t unit = 0;
  for (; std::abs(scaled) >= 999.5 && unit + 1 < kUnits.size(); ++unit) scaled /= 1000;
  return significant(scaled, 3) + kUnits[unit];
}

bool AxisRange::can_show(double value) const { return std::isfinite(value) && (!log_ || value > 0); }

double AxisRange::laid(double value) const { return log_ ? std::log10(value) : value; }

void AxisRange::take(double value) {
  const double at = laid(value);
  low_ = empty_ ? at : std::min(low_, at);
  high_ = empty_ ? at : std::max(high_, at);
  empty_ = false;
}

int AxisRange::place(double value, int count) const {
  // Halves, whose differences do not overflow.
  const double share = (laid(value) / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
  return share >= 0 && share <= 1 ? static_cast<int>(std::lround(share * (count - 1))) : 0;
}

/// With more digits where the range is so narrow that all its numbers would look alike.
std::string AxisRange::telling_number(double value) const {
  constexpr int kUsual = 4, kMost = 9;  // significant digits
  const double range = high_ / 2 - low_ / 2;
  if (log_ || !(range > 0) || value == 0) return short_number(value);
  const double digits = std::ceil(std::log10(std::abs(value / 2) / range)) + 2;
  if (digits <= kUsual) return short_number(value);
  return significant(value, static_cast<int>(std::min<double>(digits, kMost)));
}

std::string AxisRange::label(double share) const {
  const double at = low_ + share * high_ - share * low_;
  const double value = log_ ? std::pow(10, at) : at;
  constexpr double kLongestClock = 1e9;
  if (values_ == ChartAxis::Values::whole) return short_number(std::round(value));
  if (values_ != ChartAxis::Values::clock || !(value >= 0 && value < kLongestClock)) return telling_number(value);
  const auto seconds = static_cast<std::int64_t>(std::llround(value));
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace folio
