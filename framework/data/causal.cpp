#include "data/causal.h"

#include "data/rows.h"

namespace folio::data {

Batch CausalCollator::collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t) const {
  Rows inputs, labels;
  Batch batch;
  for (const std::int64_t index : indices) {
    const std::vector<TokenId> ids = samples[index];
    inputs.emplace_back(ids.begin(), ids.end());
    labels.emplace_back(ids.begin() + 1, ids.end());
    labels.back().push_back(kIgnoredLabel);
  }
  batch.input_ids = padded(inputs, 0);
  batch.attention_mask = mask_of(inputs);
  batch.labels = padded(labels, kIgnoredLabel);
  return batch;
}

BatchShape CausalCollator::shape(std::int64_t batch, std::int64_t length) const {
  return {.batch = batch, .length = length, .target_length = 0, .scored = batch * (length - 1)};
}

}  // namespace folio::data
