#include "nn/kernels/gelu.h"

#include "nn/kernels/exponential.h"
#include "nn/kernels/rows.h"

namespace folio::nn::kernels {
namespace {

constexpr float kCubic = 0.044715F;
constexpr float kTwiceRoot = 1.5957691216F;  // 2 sqrt(2 / pi)

/// e^(-2u); (1 + tanh(u)) / 2 is 1 / (1 + e^(-2u)).
[[gnu::always_inline]] inline float decay(float x) { return exponential(-kTwiceRoot * x * (1.0F + kCubic * x * x)); }

}  // namespace

FOLIO_VECTORISED void gelu_tanh_row(const float* in, std::int64_t count, float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = in[i] / (1.0F + decay(in[i]));
}

FOLIO_VECTORISED void gelu_tanh_row_backward(const float* in, const float* gradient, std::int64_t count, float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = in[i];
    const float e = decay(x);
    const float open = 1.0F / (1.0F + e);
    const float slope = kTwiceRoot * (1.0F + 3.0F * kCubic * x * x);
    out[i] = gradient[i] * (open + x * open * (e * open) * slope);
  }
}

}  // namespace folio::nn::kernels
