#include "nn/kernels/rotary.h"

#include "nn/kernels/rows.h"

namespace folio::nn::kernels {

FOLIO_VECTORISED void rotate_row(const float* in, std::int64_t count, const float* cosine, const float* sine,
                                 float direction, float* out) {
  const std::int64_t half = count / 2;
#pragma omp simd
  for (std::int64_t i = 0; i < half; ++i) {
    const float turned = direction * sine[i];
    const float left = in[i];
    const float right = in[i + half];
    out[i] = left * cosine[i] - right * turned;
    out[i + half] = right * cosine[i] + left * turned;
  }
}

}  // namespace folio::nn::kernels
