#include "nn/self_attention.h"

namespace folio::nn {

SelfAttention::SelfAttention(ParameterSet& parameters, const std::string& input, const std::string& output,
                             const Options& options)
    : heads_(options.heads),
      input_(parameters, input,
             {.in = options.hidden,
              .out = 3 * options.hidden,
              .part = Part::attention,
              .weight = options.input_weight,
              .transposed_in_file = options.transposed_in_file}),
      output_(parameters, output,
              {.in = options.hidden,
               .out = options.hidden,
               .part = Part::attention,
               .weight = options.output_weight,
               .transposed_in_file = options.transposed_in_file}) {}

at::Tensor SelfAttention::operator()(const at::Tensor& input, const AttentionMask& mask, double p) const {
  // [batch, length, 3, heads, width] -> three times [batch, heads, length, width]
  const auto parts = input_(input).unflatten(-1, {3, heads_, -1}).unbind(2);
  return output_(attend(parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2), mask, p));
}

}  // namespace folio::nn
