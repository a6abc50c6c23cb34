#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/kernels/dropout.h"

namespace folio::nn {

/// A mask for one use of dropout: its seed is drawn from torch's default generator of the processor, which thus holds
/// all random state, so that a run that is resumed from that state goes on exactly. No number is drawn where p is 0.
kernels::Dropout draw_dropout(double p);

/// The tensor with each element set to zero with probability `p` and the others scaled by 1 / (1 - p). Rows of the mask
/// are those of the last dimension. `p` of 0 (no training) gives back `input` itself.
at::Tensor dropout(const at::Tensor& input, double p);

}  // namespace folio::nn
