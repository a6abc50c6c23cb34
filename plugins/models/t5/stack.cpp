#include "stack.h"

#include <cmath>

#include "nn/cached_decoding.h"
#include "nn/layers/dropout.h"
#include "nn/models/model_base.h"

namespace folio {
namespace {

/// T5 does not scale its scores: the first weights of the queries are so much smaller instead.
nn::Scoring unscaled(at::Tensor bias = {}) { return {.scale = 1.0, .bias = std::move(bias)}; }

nn::RmsNorm make_norm(nn::ParameterSet& parameters, const std::string& name, const T5Config& config) {
  return nn::RmsNorm(
      parameters, name,
      {.width = config.hidden_size, .epsilon = config.norm_epsilon, .weight = nn::constant(config.initializer_factor)});
}

nn::MultiHeadAttention make_attention(nn::ParameterSet& parameters, const std::string& name, const T5Config& config) {
  return nn::MultiHeadAttention(parameters, {.inputs = {name + ".q", name + ".k", name + ".v"}, .output = name + ".o"},
                                {.hidden = config.hidden_size,
                                 .heads = config.heads,
                                 .head_width = config.head_width,
                                 .input_weight = config.weight(config.hidden_size),
                                 .query_weight = config.weight(config.hidden_size * config.head_width),
                                 .output_weight = config.weight(config.heads * config.head_width),
                                 .bias = false});
}

std::optional<nn::RelativePositions> make_positions(nn::ParameterSet& parameters, const std::string& name,
                                                    const T5Config& config, T5Block::Place place) {
  if (!place.first) return std::nullopt;
  return nn::RelativePositions(
      parameters, name,
      {.buckets = {.count = config.buckets, .max_distance = config.max_distance, .bidirectional = !place.decoder},
       .heads = config.heads,
       .weight = config.weight(config.hidden_size)});
}

std::optional<T5CrossAttention> make_cross(nn::ParameterSet& parameters, const std::string& name,
                                           const T5Config& config, T5Block::Place place) {
  if (!place.decoder) return std::nullopt;
  return T5CrossAttention(parameters, name, config);
}

nn::FeedForward make_feed_forward(nn::ParameterSet& parameters, const std::string& name, const T5Config& config) {
  const std::string layers = name + ".DenseReluDense";
  return nn::FeedForward(parameters, layers + (config.gated() ? ".wi_1" : ".wi"), layers + ".wo",
                         {.hidden = config.hidden_size,
                          .intermediate = config.intermediate_size,
                          .activation = config.gated() ? nn::Activation::gelu_new : nn::Activation::relu,
                          .widening_weight = config.weight(config.hidden_size),
                          .narrowing_weight = config.weight(config.intermediate_size),
                          .gate = config.gated() ? layers + ".wi_0" : "",
                          .bias = false});
}

}  // namespace

nn::Initializer T5Config::weight(std::int64_t terms) const {
  return nn::normal(initializer_factor / std::sqrt(static_cast<double>(terms)));
}

T5CrossAttention::T5CrossAttention(nn::ParameterSet& parameters, const std::string& name, const T5Config& config)
    : attention(make_attention(parameters, name + ".EncDecAttention", config)),
      norm(make_norm(parameters, name + ".layer_norm", config)) {}

T5Block::T5Block(nn::ParameterSet& parameters, const std::string& name, const T5Config& config, Place place)
    : attention(make_attention(parameters, name + ".0.SelfAttention", config)),
      positions(make_positions(parameters, name + ".0.SelfAttention.relative_attention_bias", config, place)),
      attention_norm(make_norm(parameters, name + ".0.layer_norm", config)),
      cross(make_cross(parameters, name + ".1", config, place)),
      feed_forward(make_feed_forward(parameters, name + (place.decoder ? ".2" : ".1"), config)),
      feed_forward_norm(make_norm(parameters, name + (place.decoder ? ".2" : ".1") + ".layer_norm", config)) {}

void T5Block::operator()(nn::ResidualStream& stream, const T5Pass& pass, const at::Tensor& bias,
                         std::size_t layer) const {
  const double p = pass.dropout;
  const nn::AttentionVariation variation{.scoring = unscaled(bias), .cache = nn::cache_of(pass.caches, layer)};
  stream.add(attention(stream.read(attention_norm), pass.mask, p, variation), p);
  if (cross) {
    const at::Tensor queries = stream.read(cross->norm);  // [batch, length, hidden_size]
    stream.add(cross->attention.across(queries, pass.source[layer], pass.source_mask, p, unscaled()), p);
  }
  stream.add(feed_forward(stream.read(feed_forward_norm), p), p);
}

T5Stack::T5Stack(nn::ParameterSet& parameters, const std::string& name, const T5Config& config, bool decoder)
    : blocks_(nn::make_layers(decoder ? config.decoder_layers : config.layers,
                              [&](std::int64_t layer) {
                                return T5Block(parameters, name + ".block." + std::to_string(layer) + ".layer", config,
                                               {.decoder = decoder, .first = layer == 0});
                              })),
      last_norm_(make_norm(parameters, name + ".final_layer_norm", config)) {}

std::vector<nn::KeyValues> T5Stack::look_at(const at::Tensor& encoded) const {
  std::vector<nn::KeyValues> seen;
  for (const T5Block& block : blocks_) seen.push_back(block.cross->attention.keys_and_values(encoded));
  return seen;
}

at::Tensor T5Stack::operator()(const at::Tensor& embedded, const T5Pass& pass) const {
  const std::int64_t length = embedded.size(1);
  const std::int64_t keys = nn::tokens_read(pass.caches) + length;
  const at::Tensor bias = blocks_.front().positions->bias(length, keys);  // [heads, length, keys]
  nn::ResidualStream stream(nn::dropout(embedded, pass.dropout));
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) blocks_[layer](stream, pass, bias, layer);
  return nn::dropout(stream.read(last_norm_), pass.dropout);
}

}  // namespace folio
