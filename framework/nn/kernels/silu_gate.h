#pragma once

#include <cstdint>

namespace folio::nn::kernels {

/// out[i] = silu(gate[i]) * in[i], with silu(x) = x / (1 + e^-x). `out` may be `gate` or `in`.
void silu_gate_row(const float* gate, const float* in, std::int64_t count, float* out);

/// The gradients of both, from that of the product. Each may take its input's place.
void silu_gate_row_backward(const float* gate, const float* in, const float* gradient, std::int64_t count,
                            float* gate_gradient, float* in_gradient);

}  // namespace folio::nn::kernels
