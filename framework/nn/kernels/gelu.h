#pragma once

#include <cstdint>

namespace folio::nn::kernels {

/// GELU's tanh approximation (Hendrycks, Gimpel 2016): x / 2 * (1 + tanh(u)) with u = sqrt(2 / pi) (x + 0.044715 x^3).
void gelu_tanh_row(const float* in, std::int64_t count, float* out);

/// out[i] = gradient[i] * d gelu(in[i]) / d in[i].
void gelu_tanh_row_backward(const float* in, const float* gradient, std::int64_t count, float* out);

}  // namespace folio::nn::kernels
