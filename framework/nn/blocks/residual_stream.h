#pragma once

#include <ATen/core/Tensor.h>

#include <tuple>
#include <utility>

namespace folio::nn {

/// The residual stream of a model that has its norms before the blocks: a block reads it through its norm and adds its
/// result to it.
///
///   stream.add(attention(stream.read(norm)), p);   // stream = stream + dropout(attention(norm(stream)), p)
///
/// What is added waits for the norm that reads the stream next, so that sum and norm are one pass over memory.
class ResidualStream {
 public:
  /// [batch, length, hidden_size] float32
  explicit ResidualStream(at::Tensor embedded) : sum_(std::move(embedded)) {}

  /// norm(stream), [batch, length, hidden_size] in the compute type. `Norm` is LayerNorm or RmsNorm.
  template <typename Norm>
  at::Tensor read(const Norm& norm) {
    if (!branch_.defined()) return norm(sum_);
    at::Tensor normed;
    std::tie(sum_, normed) = norm.add(sum_, std::exchange(branch_, {}), dropout_);
    return normed;
  }

  /// Adds a block's result, [batch, length, hidden_size], with dropout of probability `p` on it. Between two results
  /// the stream is read.
  void add(at::Tensor branch, double p = 0) {
    TORCH_INTERNAL_ASSERT(!branch_.defined());
    branch_ = std::move(branch);
    dropout_ = p;
  }

 private:
  at::Tensor sum_;
  at::Tensor branch_;  // added, but not yet part of the sum
  double dropout_ = 0;
};

}  // namespace folio::nn
