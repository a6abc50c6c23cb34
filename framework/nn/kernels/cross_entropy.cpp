#include "nn/kernels/cross_entropy.h"

#include <cmath>
#include <limits>

#include "nn/kernels/exponential.h"
#include "nn/kernels/rows.h"

namespace folio::nn::kernels {

FOLIO_VECTORISED float log_sum_exp_row(const float* in, std::int64_t count) {
  float largest = -std::numeric_limits<float>::infinity();
#pragma omp simd reduction(max : largest)
  for (std::int64_t i = 0; i < count; ++i) largest = in[i] > largest ? in[i] : largest;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += exponential(in[i] - largest);
  return largest + std::log(sum);
}

FOLIO_VECTORISED float mean_of_row(const float* in, std::int64_t count) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += in[i];
  return static_cast<float>(sum / static_cast<double>(count));
}

FOLIO_VECTORISED void cross_entropy_row_backward(const float* in, std::int64_t count, float log_sum_exp,
                                                 std::int64_t label, float smoothing, float factor, float* out) {
  const float spread = factor * smoothing / static_cast<float>(count);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = factor * exponential(in[i] - log_sum_exp) - spread;
  out[label] -= factor * (1 - smoothing);
}

}  // namespace folio::nn::kernels
