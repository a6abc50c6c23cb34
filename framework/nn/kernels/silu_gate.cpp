#include "nn/kernels/silu_gate.h"

#include "nn/kernels/exponential.h"
#include "nn/kernels/rows.h"

namespace folio::nn::kernels {

FOLIO_VECTORISED void silu_gate_row(const float* gate, const float* in, std::int64_t count, float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = in[i] * gate[i] / (1.0F + exponential(-gate[i]));
}

FOLIO_VECTORISED void silu_gate_row_backward(const float* gate, const float* in, const float* gradient,
                                             std::int64_t count, float* gate_gradient, float* in_gradient) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = gate[i];
    const float sigmoid = 1.0F / (1.0F + exponential(-x));
    const float from_gate = gradient[i] * in[i] * sigmoid * (1.0F + x * (1.0F - sigmoid));
    in_gradient[i] = gradient[i] * x * sigmoid;
    gate_gradient[i] = from_gate;
  }
}

}  // namespace folio::nn::kernels
