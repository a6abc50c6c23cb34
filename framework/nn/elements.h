#pragma once

#include <ATen/core/Tensor.h>

#include "nn/kernels/rows.h"

namespace folio::nn {

/// The tensor's memory as the kernels see it. It must be a contiguous float32 or bfloat16 tensor in the processor's
/// memory, and outlive the result.
kernels::ConstElements read_elements(const at::Tensor& tensor);
kernels::Elements write_elements(const at::Tensor& tensor);

/// Rows that one thread should take at least, so that its share is worth waking it for.
std::int64_t row_grain(std::int64_t row_length);

}  // namespace folio::nn
