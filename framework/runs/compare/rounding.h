#pragma once

#include <string>

namespace folio::runs {

/// Rounded to significant digits and never in powers of ten, as in running text: 0.0123, 48.8, 500, 58,000.
std::string rounded(double number, int digits);

/// A share in the same way: 0.488 -> "48.8 %".
std::string percent(double share, int digits);

}  // namespace folio::runs
