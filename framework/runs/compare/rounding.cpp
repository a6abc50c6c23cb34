#include "runs/compare/rounding.h"

#include <fmt/format.h>

#include <cmath>

#include "support/human.h"

namespace folio::runs {

std::string rounded(double number, int digits) {
  if (!std::isfinite(number) || number == 0) return significant(number);
  const int decimals = digits - 1 - static_cast<int>(std::floor(std::log10(std::abs(number))));
  constexpr double kLargest = 1e18;  // beyond it commas end
  if (decimals > 0 || std::abs(number) > kLargest) return significant(number, digits);
  const double unit = std::pow(10.0, -decimals);
  return with_commas(std::llround(std::round(number / unit) * unit));
}

std::string percent(double share, int digits) { return rounded(100 * share, digits) + " %"; }

}  // namespace folio::runs
