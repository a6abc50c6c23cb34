#pragma once

#include "train/execution.h"

namespace folio::train {

/// Floating-point operations a second that one large matrix product reaches here in this precision, measured in about
/// a tenth of a second: what a run's own rate is held against.
double measure_matmul_rate(const Execution& execution);

}  // namespace folio::train
