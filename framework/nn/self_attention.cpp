#include "nn/self_attention.h"

#include "nn/model_options.h"

namespace folio::nn {
namespace {

std::vector<Linear> make_inputs(ParameterSet& parameters, const std::vector<std::string>& names,
                                const SelfAttention::Options& options) {
  TORCH_INTERNAL_ASSERT(names.size() == 1 || names.size() == 3);
  check_heads(options.hidden, options.heads);
  std::vector<Linear> inputs;
  for (const std::string& name : names) {
    inputs.emplace_back(parameters, name,
                        Linear::Options{.in = options.hidden,
                                        .out = 3 * options.hidden / static_cast<std::int64_t>(names.size()),
                                        .part = Part::attention,
                                        .weight = options.input_weight,
                                        .transposed_in_file = options.transposed_in_file});
  }
  return inputs;
}

}  // namespace

SelfAttention::SelfAttention(ParameterSet& parameters, const Names& names, const Options& options)
    : heads_(options.heads),
      inputs_(make_inputs(parameters, names.inputs, options)),
      output_(parameters, names.output,
              {.in = options.hidden,
               .out = options.hidden,
               .part = Part::attention,
               .weight = options.output_weight,
               .transposed_in_file = options.transposed_in_file}) {}

std::array<at::Tensor, 3> SelfAttention::project(const at::Tensor& input) const {
  if (inputs_.size() == 1) {
    const auto parts = inputs_[0](input).unflatten(-1, {3, heads_, -1}).unbind(2);
    return {parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2)};
  }
  const auto part = [&](const Linear& linear) { return linear(input).unflatten(-1, {heads_, -1}).transpose(1, 2); };
  return {part(inputs_[0]), part(inputs_[1]), part(inputs_[2])};
}

at::Tensor SelfAttention::operator()(const at::Tensor& input, const AttentionMask& mask, double p) const {
  const auto [queries, keys, values] = project(input);
  return output_(attend(queries, keys, values, mask, p));
}

}  // namespace folio::nn
