#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace folio::nn {

/// The rows of hidden states whose labels are not kIgnoredLabel, and these labels.
struct ScoredRows {
  at::Tensor hidden;  ///< [rows, width]
  at::Tensor labels;  ///< [rows] int64
};

/// hidden [..., width], labels [...] int64: what a head has to look at.
ScoredRows scored_rows(const at::Tensor& hidden, const at::Tensor& labels);

/// The same with up to a seventh more rows, whose labels are kIgnoredLabel, so that their number is one of few: how
/// many tokens are masked changes from batch to batch, and for each number oneDNN compiles and keeps kernels of its
/// own, over a megabyte of them for a small model (smoke-bert.yaml in bfloat16 grew from 188 to 346 MiB in 120 steps).
ScoredRows evened_rows(const at::Tensor& hidden, const at::Tensor& labels);

/// The output layer whose weight is the table of the token embeddings, [vocabulary, width] float32.
class TiedHead {
 public:
  /// `bias` is [vocabulary] float32, or undefined.
  explicit TiedHead(at::Tensor table, at::Tensor bias = {}) : table_(std::move(table)), bias_(std::move(bias)) {}

  /// hidden [..., width] -> [..., vocabulary], in the compute type.
  at::Tensor logits(const at::Tensor& hidden) const;

  /// The sum of the cross-entropies, in nats and float32, of those `labels` that are not kIgnoredLabel, divided by
  /// `num_items`; only their rows are projected onto the vocabulary. A share `smoothing`, in [0, 1), of each label is
  /// spread evenly over the vocabulary (Batch::label_smoothing). hidden [..., width], labels [...] int64. Throws
  /// c10::Error when a label is out of range.
  at::Tensor loss(const at::Tensor& hidden, const at::Tensor& labels, std::int64_t num_items,
                  double smoothing = 0) const;

  /// The same of rows that are all projected, also those whose label is kIgnoredLabel.
  at::Tensor loss(const ScoredRows& rows, std::int64_t num_items, double smoothing = 0) const;

  /// The cross-entropy in nats of each label that is not kIgnoredLabel, in their order: float32 [scored], without
  /// gradients. hidden and labels as for loss(). Throws c10::Error when a label is out of range.
  at::Tensor token_losses(const at::Tensor& hidden, const at::Tensor& labels) const;

 private:
  void check_labels(const at::Tensor& labels) const;

  at::Tensor table_;
  at::Tensor bias_;
};

}  // namespace folio::nn
