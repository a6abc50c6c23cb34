#pragma once

#include <cstdint>

#include "nn/kernels/dropout.h"

namespace folio::nn::kernels {

/// out[i] = scale * in[i] + bias[i].
void scale_and_add_row(const float* in, std::int64_t count, float scale, const float* bias, float* out);

/// Softmax of one query's scores, times `scale`, over the keys that it may see: the first `visible` of `count`, and of
/// these the ones where `key_mask` is true (null: all). The others get 0; so do all when none may be seen. `dropped`
/// gets the probabilities after dropout. `probabilities` may be `scores`.
void softmax_row(const float* scores, std::int64_t count, std::int64_t visible, const bool* key_mask, float scale,
                 const Dropout& dropout, std::uint64_t row, float* probabilities, float* dropped);

/// From the probabilities and the gradient with respect to the dropped ones: the dropped ones again, and the gradient
/// with respect to the scores. Either may take its input's place.
void softmax_row_backward(const float* probabilities, const float* gradient, std::int64_t count, float scale,
                          const Dropout& dropout, std::uint64_t row, float* dropped, float* scores_gradient);

}  // namespace folio::nn::kernels
