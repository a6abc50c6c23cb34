#pragma once

#include <cstdint>

namespace folio::nn::kernels {

/// ln(sum of e^in[i]).
float log_sum_exp_row(const float* in, std::int64_t count);

/// The mean of in[i].
float mean_of_row(const float* in, std::int64_t count);

/// The gradient of factor * (log_sum_exp(in) - (1 - smoothing) in[label] - smoothing mean(in)): factor * (softmax(in) -
/// (1 - smoothing) onehot(label) - smoothing / count). `out` may be `in`.
void cross_entropy_row_backward(const float* in, std::int64_t count, float log_sum_exp, std::int64_t label,
                                float smoothing, float factor, float* out);

}  // namespace folio::nn::kernels
