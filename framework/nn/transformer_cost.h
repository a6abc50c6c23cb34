#pragma once

#include <cstdint>

namespace folio::nn {

/// What a stack of equal transformer layers costs, each a self-attention and a feed-forward block of two matrices.
struct TransformerCost {
  std::int64_t layers = 0;
  std::int64_t hidden = 0;
  std::int64_t intermediate = 0;
  std::int64_t heads = 0;

  /// Bytes kept for the backward pass of `batch` sequences of `length` tokens, estimated.
  double activation_bytes(std::int64_t batch, std::int64_t length, int bytes_per_element) const;

  /// Floating-point operations of the matrix products, forwards and backwards.
  double training_flops(std::int64_t batch, std::int64_t length) const;
};

/// Floating-point operations of one matrix with `weights` elements put on `rows` rows, forwards and backwards: two a
/// multiply-add, and the backward pass is twice the forward one.
constexpr double product_flops(double rows, double weights) { return 3 * 2 * rows * weights; }

}  // namespace folio::nn
