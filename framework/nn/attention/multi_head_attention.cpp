#include "nn/attention/multi_head_attention.h"

#include "nn/model_options.h"

namespace folio::nn {
namespace {

std::int64_t head_width(const MultiHeadAttention::Options& options) {
  if (options.head_width > 0) return options.head_width;
  check_heads(options.hidden, options.heads);
  return options.hidden / options.heads;
}

std::vector<Linear> make_inputs(ParameterSet& parameters, const std::vector<std::string>& names,
                                const MultiHeadAttention::Options& options) {
  TORCH_INTERNAL_ASSERT(names.size() == 1 || names.size() == 3);
  const std::int64_t key_heads = options.key_heads > 0 ? options.key_heads : options.heads;
  TORCH_INTERNAL_ASSERT(options.heads % key_heads == 0 && (names.size() == 3 || key_heads == options.heads));
  const auto layer = [&](const std::string& name, std::int64_t heads, const Initializer& weight) {
    return Linear(parameters, name,
                  {.in = options.hidden,
                   .out = heads * head_width(options),
                   .part = Part::attention,
                   .weight = weight,
                   .bias = options.bias,
                   .transposed_in_file = options.transposed_in_file});
  };
  if (names.size() == 1) return {layer(names[0], 3 * options.heads, options.input_weight)};
  std::vector<Linear> inputs;
  inputs.push_back(layer(names[0], options.heads, options.query_weight.value_or(options.input_weight)));
  inputs.push_back(layer(names[1], key_heads, options.input_weight));
  inputs.push_back(layer(names[2], key_heads, options.input_weight));
  return inputs;
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(ParameterSet& parameters, const Names& names, const Options& options)
    : head_width_(head_width(options)),
      inputs_(make_inputs(parameters, names.inputs, options)),
      output_(parameters, names.output,
              {.in = options.heads * head_width_,
               .out = options.hidden,
               .part = Part::attention,
               .weight = options.output_weight,
               .bias = options.bias,
               .transposed_in_file = options.transposed_in_file}) {}

MultiHeadAttention::Projections MultiHeadAttention::project(const at::Tensor& input) const {
  if (inputs_.size() == 1) {
    const at::Tensor joined = inputs_[0](input);  // [batch, length, 3 * heads * width]
    const auto parts = joined.unflatten(-1, {3, -1, head_width_}).unbind(2);
    return {parts[0], parts[1], parts[2]};  // [batch, length, heads, width] each
  }
  return {split(inputs_[0](input)), split(inputs_[1](input)), split(inputs_[2](input))};
}

at::Tensor MultiHeadAttention::operator()(const at::Tensor& input, const AttentionMask& mask, double p,
                                          const AttentionVariation& variation) const {
  auto [query, key, value] = project(input);  // [batch, length, its heads, width]
  if (variation.rotation != nullptr) {
    query = rotate(query, *variation.rotation);
    key = rotate(key, *variation.rotation);
  }
  KeyValues seen{key.transpose(1, 2), value.transpose(1, 2)};            // [batch, key heads, length, width]
  if (variation.cache != nullptr) seen = variation.cache->append(seen);  // [batch, key heads, all tokens read, width]
  query = query.transpose(1, 2);                                         // [batch, heads, length, width]
  const at::Tensor attended =
      attend(query, seen.keys, seen.values, mask, p, variation.scoring);  // [batch, length, heads * width]
  return output_(attended);                                               // [batch, length, hidden]
}

KeyValues MultiHeadAttention::keys_and_values(const at::Tensor& input) const {
  const at::Tensor key = split(inputs_.at(1)(input));  // [batch, length, key heads, width]
  const at::Tensor value = split(inputs_.at(2)(input));
  return {key.transpose(1, 2), value.transpose(1, 2)};  // [batch, key heads, length, width]
}

at::Tensor MultiHeadAttention::across(const at::Tensor& input, const KeyValues& other, const AttentionMask& mask,
                                      double p, const Scoring& scoring) const {
  const at::Tensor query = split(inputs_.at(0)(input)).transpose(1, 2);       // [batch, heads, length, width]
  return output_(attend(query, other.keys, other.values, mask, p, scoring));  // [batch, length, hidden]
}

}  // namespace folio::nn
