#include "support/ratio_error.h"

#include <cmath>
#include <numeric>

namespace folio {

double ratio_standard_error(std::span<const double> values, std::span<const double> weights) {
  const double weight = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double ratio = std::accumulate(values.begin(), values.end(), 0.0) / weight;
  double scatter = 0;
  for (std::size_t part = 0; part < values.size(); ++part) {
    const double distance = values[part] - ratio * weights[part];
    scatter += distance * distance;
  }
  const auto parts = static_cast<double>(values.size());
  return std::sqrt(scatter * parts / (parts - 1)) / weight;
}

}  // namespace folio
