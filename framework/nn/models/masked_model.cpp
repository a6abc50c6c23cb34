#include "nn/models/masked_model.h"

#include "nn/model_options.h"

namespace folio::nn {

at::Tensor MaskedModel::read(const Batch& batch) const {
  check_length(batch.input_ids.size(1), max_length());
  return hidden_states(batch);
}

at::Tensor MaskedModel::loss(const Batch& batch, std::int64_t num_items) {
  const auto [hidden, labels] = evened_rows(read(batch), batch.labels);
  return head().loss(ScoredRows{head_transform()(hidden), labels}, num_items, batch.label_smoothing);
}

at::Tensor MaskedModel::token_losses(const Batch& batch) {
  const auto [hidden, labels] = scored_rows(read(batch), batch.labels);
  return head().token_losses(head_transform()(hidden), labels);
}

at::Tensor MaskedModel::logits(const Batch& batch) { return head().logits(head_transform()(read(batch))); }

double MaskedModel::activation_bytes(const BatchShape& shape, int bytes_per_element) const {
  return sizes().activation_bytes(shape, shape.scored, bytes_per_element);
}

double MaskedModel::training_flops(const BatchShape& shape) const {
  const TransformerSizes& size = sizes();
  return size.training_flops(shape, (size.vocab_size + size.hidden_size) * size.hidden_size);
}

}  // namespace folio::nn
