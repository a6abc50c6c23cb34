#pragma once

#include "nn/blocks/head_transform.h"
#include "nn/layers/tied_head.h"
#include "nn/models/model_base.h"
#include "nn/models/transformer_sizes.h"

namespace folio::nn {

/// An encoder, which sees all tokens and says those that are masked. What derives from it has the layers and
/// hidden_states(); loss, logits and costs are here. In training the head looks only at the tokens that have a label.
class MaskedModel : public ModelBase {
 public:
  at::Tensor loss(const Batch& batch, std::int64_t num_items) override;
  bool smooths_labels() const override { return true; }
  at::Tensor token_losses(const Batch& batch) override;
  at::Tensor logits(const Batch& batch) override;
  std::int64_t max_length() const override { return sizes().max_length; }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override;
  double training_flops(const BatchShape& shape) const override;

 protected:
  virtual const TransformerSizes& sizes() const = 0;

  /// What the head is put on: [batch, length, hidden_size] of tokens [batch, length], at most max_length() of them.
  virtual at::Tensor hidden_states(const Batch& batch) const = 0;

  virtual const HeadTransform& head_transform() const = 0;
  virtual const TiedHead& head() const = 0;

 private:
  /// hidden_states(). Throws Error (experiment) when the tokens are too many.
  at::Tensor read(const Batch& batch) const;
};

}  // namespace folio::nn
