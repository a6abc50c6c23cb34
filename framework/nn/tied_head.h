#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace folio::nn {

/// The output layer whose weight is the table of the token embeddings, [vocabulary, width] float32.
class TiedHead {
 public:
  explicit TiedHead(at::Tensor table) : table_(std::move(table)) {}

  /// hidden [..., width] -> [..., vocabulary], in the compute type.
  at::Tensor logits(const at::Tensor& hidden) const;

  /// The sum of the cross-entropies, in nats and float32, of those `labels` that are not kIgnoredLabel, divided by
  /// `num_items`; only their rows are projected onto the vocabulary. hidden [..., width], labels [...] int64. Throws
  /// c10::Error when a label is out of range.
  at::Tensor loss(const at::Tensor& hidden, const at::Tensor& labels, std::int64_t num_items) const;

 private:
  at::Tensor table_;
};

}  // namespace folio::nn
