#include "nn/transformer_cost.h"

namespace folio::nn {

double TransformerCost::activation_bytes(std::int64_t batch, std::int64_t length, int bytes_per_element) const {
  const double element = bytes_per_element;
  const auto width = static_cast<double>(hidden);
  // In a layer: two norms' results, queries, keys and values, the heads' result, both sides of the activation; the
  // residual stream twice in float32; the attention's probabilities.
  const double token = element * (6 * width + 2 * static_cast<double>(intermediate)) + 2 * sizeof(float) * width +
                       element * static_cast<double>(heads * length);
  return static_cast<double>(layers * batch * length) * token;
}

double TransformerCost::training_flops(std::int64_t batch, std::int64_t length) const {
  const auto width = static_cast<double>(hidden);
  const double weights = 4 * width * width + 2 * width * static_cast<double>(intermediate);
  const double attention = 2 * static_cast<double>(length) * width;  // scores, and their use, to a token
  return static_cast<double>(layers) * product_flops(static_cast<double>(batch * length), weights + attention);
}

}  // namespace folio::nn
