#pragma once

#include <cstdint>

#include "folio/model.h"
#include "folio/options.h"

namespace folio::nn {

/// The sizes of a stack of equal transformer layers, each a self-attention and a feed-forward block, between the token
/// embeddings and a head; and what it costs to train.
struct TransformerSizes {
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t max_length = 0;      ///< tokens
  std::int64_t key_heads = 0;       ///< 0: as many as heads
  std::int64_t head_width = 0;      ///< 0: hidden_size / heads
  bool gate = false;                ///< of the feed-forward: a third matrix
  bool keeps_probabilities = true;  ///< the attention's, for the backward pass of their dropout
  std::int64_t end_tensors = 3;     ///< [batch, length, hidden_size] float32 that are kept outside of the layers

  /// Bytes kept for the backward pass, estimated, when the head gives `head_rows` rows of logits.
  double activation_bytes(const BatchShape& shape, std::int64_t head_rows, int bytes_per_element) const;

  /// Floating-point operations of the matrix products, forwards and backwards; `head_weights` are the elements of the
  /// head's matrices, which are put on each scored token. Two operations a multiply-add, and the backward pass is twice
  /// the forward one.
  double training_flops(const BatchShape& shape, std::int64_t head_weights) const;
};

/// The first six from the options vocab_size, hidden_size, intermediate_size (where it is left open, 4 * hidden_size),
/// num_hidden_layers, num_attention_heads and max_position_embeddings. Throws Error (experiment) when there is no
/// vocab_size.
TransformerSizes transformer_sizes(const OptionValues& options);

}  // namespace folio::nn
