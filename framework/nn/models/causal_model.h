#pragma once

#include <memory>
#include <vector>

#include "nn/attention/key_value_cache.h"
#include "nn/layers/tied_head.h"
#include "nn/models/model_base.h"
#include "nn/models/transformer_sizes.h"

namespace folio::nn {

/// A decoder, which says each token from those before it. What derives from it has the layers and hidden_states();
/// loss, logits, decoding and costs are here.
class CausalModel : public ModelBase {
 public:
  at::Tensor loss(const Batch& batch, std::int64_t num_items) override;
  bool smooths_labels() const override { return true; }
  at::Tensor token_losses(const Batch& batch) override;
  at::Tensor logits(const Batch& batch) override;
  at::Tensor next_token_logits(const Batch& batch) override;
  std::unique_ptr<Decoding> begin_decoding(const Batch& source) override;
  std::int64_t max_length() const override { return sizes().max_length; }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override;
  double training_flops(const BatchShape& shape) const override;

 protected:
  virtual const TransformerSizes& sizes() const = 0;

  /// What the head is put on: [batch, length, hidden_size], of the tokens [batch, length] that follow those in
  /// `caches`, to which it adds them. There is one cache a layer, or null where all tokens are in the batch. They are
  /// no more than max_length() in all.
  virtual at::Tensor hidden_states(const Batch& batch, std::vector<KeyValueCache>* caches) const = 0;

  virtual const TiedHead& head() const = 0;

 private:
  /// hidden_states(). Throws Error (experiment) when the tokens are too many.
  at::Tensor read(const Batch& batch, std::vector<KeyValueCache>* caches = nullptr) const;
};

}  // namespace folio::nn
