#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/attention/multi_head_attention.h"
#include "nn/blocks/feed_forward.h"
#include "nn/layers/norm.h"

namespace folio::nn {

/// A layer as "Attention Is All You Need" has it (Vaswani et al. 2017) and BERT after it: attention and feed-forward,
/// each added to its input and the sum normalised. GPT-2 has the norms before the two instead.
class PostNormBlock {
 public:
  struct Names {
    MultiHeadAttention::Names attention;
    std::string attention_norm;
    std::string widening, narrowing;
    std::string feed_forward_norm;
  };

  struct Options {
    std::int64_t hidden = 0;
    std::int64_t heads = 0;
    std::int64_t intermediate = 0;
    Activation activation = Activation::gelu;
    Initializer weight;
    double epsilon = 0;  ///< of the norms
  };

  /// Probabilities, 0 outside training.
  struct Dropout {
    double probabilities = 0;  ///< of the attention
    double attended = 0;       ///< of what the attention adds
    double transformed = 0;    ///< of what the feed-forward adds
  };

  PostNormBlock(ParameterSet& parameters, const Names& names, const Options& options);

  /// [batch, length, hidden] -> the same, float32.
  at::Tensor operator()(const at::Tensor& stream, const AttentionMask& mask, const Dropout& dropout) const;

 private:
  MultiHeadAttention attention_;
  LayerNorm attention_norm_;
  FeedForward feed_forward_;
  LayerNorm feed_forward_norm_;
};

}  // namespace folio::nn
