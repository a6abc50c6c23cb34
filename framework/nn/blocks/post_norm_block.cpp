#include "nn/blocks/post_norm_block.h"

namespace folio::nn {

PostNormBlock::PostNormBlock(ParameterSet& parameters, const Names& names, const Options& options)
    : attention_(parameters, names.attention,
                 {.hidden = options.hidden,
                  .heads = options.heads,
                  .input_weight = options.weight,
                  .output_weight = options.weight}),
      attention_norm_(parameters, names.attention_norm, options.hidden, options.epsilon),
      feed_forward_(parameters, names.widening, names.narrowing,
                    {.hidden = options.hidden,
                     .intermediate = options.intermediate,
                     .activation = options.activation,
                     .widening_weight = options.weight,
                     .narrowing_weight = options.weight}),
      feed_forward_norm_(parameters, names.feed_forward_norm, options.hidden, options.epsilon) {}

at::Tensor PostNormBlock::operator()(const at::Tensor& stream, const AttentionMask& mask,
                                     const Dropout& dropout) const {
  const at::Tensor attended = attention_(stream, mask, dropout.probabilities);  // [batch, length, hidden]
  const at::Tensor between = attention_norm_.stream(stream, attended, dropout.attended);
  return feed_forward_norm_.stream(between, feed_forward_(between), dropout.transformed);
}

}  // namespace folio::nn
