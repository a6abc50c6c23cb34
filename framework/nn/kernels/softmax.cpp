#include "nn/kernels/softmax.h"

#include <limits>

#include "nn/kernels/exponential.h"

namespace folio::nn::kernels {
namespace {

/// exp(scale * (score - largest)) for keys that are seen, 0 for others; gives their sum.
[[gnu::always_inline]] inline float exponentials(const float* scores, std::int64_t visible, const bool* key_mask,
                                                 float scale, float* out) {
  float largest = -std::numeric_limits<float>::infinity();
  for (std::int64_t i = 0; i < visible; ++i) {
    const float score = key_mask == nullptr || key_mask[i] ? scores[i] : -std::numeric_limits<float>::infinity();
    largest = score > largest ? score : largest;
  }
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < visible; ++i) {
    const float value = exponential(scale * (scores[i] - largest));
    out[i] = key_mask == nullptr || key_mask[i] ? value : 0.0F;
    sum += out[i];
  }
  return sum;
}

}  // namespace

FOLIO_VECTORISED void scale_and_add_row(const float* in, std::int64_t count, float scale, const float* bias,
                                        float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] = scale * in[i] + bias[i];
}

FOLIO_VECTORISED void softmax_row(const float* scores, std::int64_t count, std::int64_t visible, const bool* key_mask,
                                  float scale, const Dropout& dropout, std::uint64_t row, float* probabilities,
                                  float* dropped) {
  const RowKey key = row_key(dropout.seed, row);
  const Dropout local = dropout;
  const float sum = key_mask == nullptr ? exponentials(scores, visible, nullptr, scale, probabilities)
                                        : exponentials(scores, visible, key_mask, scale, probabilities);
  const float factor = sum > 0 ? 1.0F / sum : 0.0F;
#pragma omp simd
  for (std::int64_t i = 0; i < visible; ++i) {
    probabilities[i] *= factor;
    dropped[i] = probabilities[i] * keep_factor(local, key, i);
  }
  for (std::int64_t i = visible; i < count; ++i) {
    probabilities[i] = 0;
    dropped[i] = 0;
  }
}

FOLIO_VECTORISED void softmax_row_backward(const float* probabilities, const float* gradient, std::int64_t count,
                                           float scale, const Dropout& dropout, std::uint64_t row, float* dropped,
                                           float* scores_gradient) {
  const RowKey key = row_key(dropout.seed, row);
  const Dropout local = dropout;
  float projection = 0;
#pragma omp simd reduction(+ : projection)
  for (std::int64_t i = 0; i < count; ++i) {
    scores_gradient[i] = gradient[i] * keep_factor(local, key, i);
    projection += scores_gradient[i] * probabilities[i];
  }
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    const float probability = probabilities[i];
    dropped[i] = probability * keep_factor(local, key, i);
    scores_gradient[i] = probability * (scores_gradient[i] - projection) * scale;
  }
}

}  // namespace folio::nn::kernels
