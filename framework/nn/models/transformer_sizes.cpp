#include "nn/models/transformer_sizes.h"

#include "nn/model_options.h"

namespace folio::nn {
namespace {

/// Width of the queries, and of the keys as of the values, of all heads together.
struct AttentionWidths {
  double queries, keys;
};

AttentionWidths attention_widths(const TransformerSizes& sizes) {
  const std::int64_t head_width = sizes.head_width > 0 ? sizes.head_width : sizes.hidden_size / sizes.heads;
  const std::int64_t key_heads = sizes.key_heads > 0 ? sizes.key_heads : sizes.heads;
  return {static_cast<double>(sizes.heads * head_width), static_cast<double>(key_heads * head_width)};
}

}  // namespace

double TransformerSizes::activation_bytes(const BatchShape& shape, std::int64_t head_rows,
                                          int bytes_per_element) const {
  const auto tokens = static_cast<double>(shape.batch * shape.length);
  const double element = bytes_per_element;
  const auto hidden = static_cast<double>(hidden_size);
  const auto [queries, keys] = attention_widths(*this);
  const double wide = (gate ? 3 : 2) * static_cast<double>(intermediate_size);
  const double probabilities = keeps_probabilities ? static_cast<double>(heads * shape.length) : 0;
  // To a token in a layer: two norms' results, queries and the heads' result, keys and values, both sides of the
  // activation or of the gate and their product, the probabilities; and the residual stream twice in float32.
  const double layer =
      element * (2 * hidden + 2 * queries + 2 * keys + wide + probabilities) + 2 * sizeof(float) * hidden;
  const double ends = static_cast<double>(end_tensors) * sizeof(float) * hidden;
  return tokens * (static_cast<double>(layers) * layer + ends) +
         element * static_cast<double>(head_rows) * static_cast<double>(vocab_size);
}

double TransformerSizes::training_flops(const BatchShape& shape, std::int64_t head_weights) const {
  const auto hidden = static_cast<double>(hidden_size);
  const auto [queries, keys] = attention_widths(*this);
  const double weights =
      2 * hidden * (queries + keys) + (gate ? 3 : 2) * hidden * static_cast<double>(intermediate_size);
  const double attention = 2 * static_cast<double>(shape.length) * queries;  // scores, and their use
  const double in_layers =
      static_cast<double>(shape.batch * shape.length) * static_cast<double>(layers) * (weights + attention);
  return 3 * 2 * (in_layers + static_cast<double>(shape.scored) * static_cast<double>(head_weights));
}

TransformerSizes transformer_sizes(const OptionValues& options) {
  const std::int64_t hidden_size = options.integer("hidden_size");
  return {
      .vocab_size = vocab_size_of(options),
      .hidden_size = hidden_size,
      .intermediate_size = options.has("intermediate_size") ? options.integer("intermediate_size") : 4 * hidden_size,
      .layers = options.integer("num_hidden_layers"),
      .heads = options.integer("num_attention_heads"),
      .max_length = options.integer("max_position_embeddings")};
}

}  // namespace folio::nn
