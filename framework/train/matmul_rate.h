#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/execution.h"
#include "train/products.h"

namespace folio::train {

/// Floating-point operations a second that these products reach together on the device, for each of the types: each
/// layer takes the best of several rounds, in which the types take turns, so that a moment in which the machine did
/// other things does not decide; on a busy processor it is the processor time that counts. Layers that would take long
/// are measured smaller, by halving their largest side. Rounds begin until `seconds` have passed, three at least.
std::vector<double> measure_matmul_rates(const std::vector<Product>& products, c10::Device device,
                                         const std::vector<at::ScalarType>& types, double seconds);

/// That of the precision that a run has, in about a sixth of a second: what the run's own rate is held against.
double measure_matmul_rate(const std::vector<Product>& products, const Execution& execution);

}  // namespace folio::train
