#pragma once

#include <cstdint>

namespace folio::nn::kernels {

/// What the backward pass needs of a row.
struct NormStatistics {
  float mean;               ///< 0 where it is not subtracted
  float inverse_deviation;  ///< 1 / sqrt(variance + epsilon), the variance over n and not n - 1
};

/// Layer normalisation (Ba, Kiros, Hinton 2016): out[i] = (in[i] - mean) * inverse_deviation * weight[i] + bias[i].
NormStatistics layer_norm_row(const float* in, std::int64_t count, const float* weight, const float* bias,
                              float epsilon, float* out);

/// Writes the gradient with respect to `in`; adds to those of weight and bias.
void layer_norm_row_backward(const float* in, const float* gradient, std::int64_t count, const float* weight,
                             NormStatistics statistics, float* in_gradient, float* weight_gradient,
                             float* bias_gradient);

/// Root-mean-square normalisation (Zhang, Sennrich 2019), layer normalisation without mean and bias:
/// out[i] = in[i] / sqrt(mean of in[i]^2 + epsilon) * weight[i].
NormStatistics rms_norm_row(const float* in, std::int64_t count, const float* weight, float epsilon, float* out);

/// Writes the gradient with respect to `in`; adds to that of weight.
void rms_norm_row_backward(const float* in, const float* gradient, std::int64_t count, const float* weight,
                           NormStatistics statistics, float* in_gradient, float* weight_gradient);

/// out[i] += in[i].
void add_row(const float* in, std::int64_t count, float* out);

}  // namespace folio::nn::kernels
