#include "nn/kernels/norm.h"

#include <cmath>

#include "nn/kernels/rows.h"

namespace folio::nn::kernels {

FOLIO_VECTORISED NormStatistics layer_norm_row(const float* in, std::int64_t count, const float* weight,
                                               const float* bias, float epsilon, float* out) {
  const float n = static_cast<float>(count);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += in[i];
  const float mean = sum / n;
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < count; ++i) squares += (in[i] - mean) * (in[i] - mean);
  const float inverse_deviation = 1.0F / std::sqrt(squares / n + epsilon);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = (in[i] - mean) * inverse_deviation * weight[i] + bias[i];
  return {mean, inverse_deviation};
}

FOLIO_VECTORISED void layer_norm_row_backward(const float* in, const float* gradient, std::int64_t count,
                                              const float* weight, NormStatistics statistics, float* in_gradient,
                                              float* weight_gradient, float* bias_gradient) {
  const auto [mean, inverse_deviation] = statistics;
  float sum = 0;
  float projection = 0;
#pragma omp simd reduction(+ : sum, projection)
  for (std::int64_t i = 0; i < count; ++i) {
    const float normed = (in[i] - mean) * inverse_deviation;
    const float weighted = gradient[i] * weight[i];
    sum += weighted;
    projection += weighted * normed;
    weight_gradient[i] += gradient[i] * normed;
    bias_gradient[i] += gradient[i];
  }
  sum /= static_cast<float>(count);
  projection /= static_cast<float>(count);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float normed = (in[i] - mean) * inverse_deviation;
    in_gradient[i] = inverse_deviation * (gradient[i] * weight[i] - sum - normed * projection);
  }
}

FOLIO_VECTORISED NormStatistics rms_norm_row(const float* in, std::int64_t count, const float* weight, float epsilon,
                                             float* out) {
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t i = 0; i < count; ++i) squares += in[i] * in[i];
  const float inverse_deviation = 1.0F / std::sqrt(squares / static_cast<float>(count) + epsilon);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = in[i] * inverse_deviation * weight[i];
  return {0, inverse_deviation};
}

FOLIO_VECTORISED void rms_norm_row_backward(const float* in, const float* gradient, std::int64_t count,
                                            const float* weight, NormStatistics statistics, float* in_gradient,
                                            float* weight_gradient) {
  const float inverse_deviation = statistics.inverse_deviation;
  float projection = 0;
#pragma omp simd reduction(+ : projection)
  for (std::int64_t i = 0; i < count; ++i) {
    const float normed = in[i] * inverse_deviation;
    projection += gradient[i] * weight[i] * normed;
    weight_gradient[i] += gradient[i] * normed;
  }
  projection /= static_cast<float>(count);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i)
    in_gradient[i] = inverse_deviation * (gradient[i] * weight[i] - in[i] * inverse_deviation * projection);
}

FOLIO_VECTORISED void add_row(const float* in, std::int64_t count, float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] += in[i];
}

}  // namespace folio::nn::kernels
