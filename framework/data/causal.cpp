#include "data/causal.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <vector>

namespace folio::data {

Batch causal_batch(const Samples& samples, std::span<const std::int64_t> indices) {
  std::size_t length = 0;
  for (const std::int64_t index : indices) length = std::max(length, static_cast<std::size_t>(samples.length(index)));
  const auto rows = static_cast<std::int64_t>(indices.size());
  const auto columns = static_cast<std::int64_t>(length);

  Batch batch;
  batch.input_ids = at::zeros({rows, columns}, at::kLong);
  batch.labels = at::full({rows, columns}, kIgnoredLabel, at::kLong);
  at::Tensor mask = at::zeros({rows, columns}, at::kBool);
  bool padded = false;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::vector<TokenId> ids = samples[indices[static_cast<std::size_t>(row)]];
    auto* input = batch.input_ids.data_ptr<std::int64_t>() + row * columns;
    auto* labels = batch.labels.data_ptr<std::int64_t>() + row * columns;
    std::copy(ids.begin(), ids.end(), input);
    std::copy(ids.begin() + 1, ids.end(), labels);
    std::fill_n(mask.data_ptr<bool>() + row * columns, ids.size(), true);
    batch.label_count += static_cast<std::int64_t>(ids.size());
    padded = padded || ids.size() != length;
  }
  if (padded) batch.attention_mask = mask;
  return batch;
}

}  // namespace folio::data
