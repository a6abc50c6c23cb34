#include "nn/models/causal_model.h"

#include "nn/cached_decoding.h"
#include "nn/model_options.h"

namespace folio::nn {

at::Tensor CausalModel::read(const Batch& batch, std::vector<KeyValueCache>* caches) const {
  check_length(tokens_read(caches) + batch.input_ids.size(1), max_length());
  return hidden_states(batch, caches);
}

at::Tensor CausalModel::loss(const Batch& batch, std::int64_t num_items) {
  return head().loss(read(batch), batch.labels, num_items, batch.label_smoothing);
}

at::Tensor CausalModel::token_losses(const Batch& batch) { return head().token_losses(read(batch), batch.labels); }

at::Tensor CausalModel::logits(const Batch& batch) { return head().logits(read(batch)); }

at::Tensor CausalModel::next_token_logits(const Batch& batch) {
  const at::Tensor last = read(batch).select(1, -1);  // [batch, hidden_size]
  return head().logits(last);                         // [batch, vocab_size]
}

std::unique_ptr<Decoding> CausalModel::begin_decoding(const Batch&) {
  return std::make_unique<CachedDecoding>(sizes().layers,
                                          [this](const at::Tensor& ids, std::vector<KeyValueCache>& caches) {
                                            return head().logits(read({.input_ids = ids}, &caches).select(1, -1));
                                          });
}

double CausalModel::activation_bytes(const BatchShape& shape, int bytes_per_element) const {
  return sizes().activation_bytes(shape, shape.batch * shape.length, bytes_per_element);
}

double CausalModel::training_flops(const BatchShape& shape) const {
  return sizes().training_flops(shape, sizes().vocab_size * sizes().hidden_size);
}

}  // namespace folio::nn
