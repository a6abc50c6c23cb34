#include "nn/kernels/dropout.h"

#include <algorithm>

namespace folio::nn::kernels {

Dropout Dropout::with_probability(double p, std::uint64_t seed) {
  return {.seed = seed,
          .threshold = static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1)),
          .scale = p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0F};
}

FOLIO_VECTORISED void drop_row(const float* in, std::int64_t count, const Dropout& dropout, std::uint64_t row,
                               float* out) {
  const RowKey key = row_key(dropout.seed, row);
  const Dropout local = dropout;
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = in[i] * keep_factor(local, key, i);
}

FOLIO_VECTORISED void add_dropped_row(const float* residual, const float* in, std::int64_t count,
                                      const Dropout& dropout, std::uint64_t row, float* out) {
  const RowKey key = row_key(dropout.seed, row);
  const Dropout local = dropout;
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = residual[i] + in[i] * keep_factor(local, key, i);
}

}  // namespace folio::nn::kernels
