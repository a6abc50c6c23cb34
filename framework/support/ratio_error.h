#pragma once

#include <span>

namespace folio {

/// The standard error of the ratio of two sums, sum(values) / sum(weights), over parts that are independent of each
/// other, as a loss is all nats over all tokens of some texts (the ratio estimator: Cochran 1977, "Sampling
/// Techniques", 2.11). In the unit of the ratio. Two parts at least, as many weights as values.
double ratio_standard_error(std::span<const double> values, std::span<const double> weights);

}  // namespace folio
