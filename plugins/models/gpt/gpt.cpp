#include "gpt.h"

#include <ATen/ops/arange.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nn/cached_decoding.h"
#include "nn/dropout.h"
#include "nn/model_options.h"

namespace folio {
namespace {

/// The weights that write to the residual stream begin smaller, the deeper the model ("Language Models are Unsupervised
/// Multitask Learners", section 2.3).
nn::Initializer residual_weight(const GptConfig& config) {
  return nn::normal(config.initializer_range / std::sqrt(2 * static_cast<double>(config.layers)));
}

}  // namespace

OptionTable Gpt::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 768).at_least(1).help("width of the residual stream"),
      integer("num_hidden_layers", 12).at_least(1).help("layers, each of attention and feed-forward"),
      integer("num_attention_heads", 12).at_least(1).help("attention heads in a layer; they share hidden_size"),
      integer("intermediate_size")
          .at_least(1)
          .absent_means("4 * hidden_size")
          .help("width inside the feed-forward blocks"),
      integer("max_position_embeddings", 1024).at_least(1).unit("tokens").help("longest sequence"),
      text("hidden_act", "gelu_new").choices(nn::activation_names()).help("function inside the feed-forward blocks"),
      number("resid_pdrop", 0.1).between(0, 1).help("dropout of what a block adds to the residual stream"),
      number("embd_pdrop", 0.1).between(0, 1).help("dropout of the embeddings"),
      number("attn_pdrop", 0.1).between(0, 1).help("dropout of the attention's probabilities"),
      number("layer_norm_epsilon", 1e-5).at_least(0).help("added to the variance in the norms"),
      number("initializer_range", 0.02).at_least(0).help("standard deviation of the first weights"),
  };
}

GptConfig::GptConfig(const OptionValues& values)
    : vocab_size(nn::vocab_size_of(values)),
      hidden_size(values.integer("hidden_size")),
      layers(values.integer("num_hidden_layers")),
      heads(values.integer("num_attention_heads")),
      intermediate_size(values.has("intermediate_size") ? values.integer("intermediate_size") : 4 * hidden_size),
      max_length(values.integer("max_position_embeddings")),
      activation(values.text("hidden_act")),
      residual_dropout(values.number("resid_pdrop")),
      embedding_dropout(values.number("embd_pdrop")),
      attention_dropout(values.number("attn_pdrop")),
      layer_norm_epsilon(values.number("layer_norm_epsilon")),
      initializer_range(values.number("initializer_range")) {
  nn::check_heads(hidden_size, heads);
}

GptBlock::GptBlock(nn::ParameterSet& parameters, const std::string& name, const GptConfig& config)
    : attention_norm(parameters, name + ".ln_1", config.hidden_size, config.layer_norm_epsilon),
      attention(parameters, {.inputs = {name + ".attn.c_attn"}, .output = name + ".attn.c_proj"},
                {.hidden = config.hidden_size,
                 .heads = config.heads,
                 .input_weight = nn::normal(config.initializer_range),
                 .output_weight = residual_weight(config),
                 .transposed_in_file = true}),
      feed_forward_norm(parameters, name + ".ln_2", config.hidden_size, config.layer_norm_epsilon),
      feed_forward(parameters, name + ".mlp.c_fc", name + ".mlp.c_proj",
                   {.hidden = config.hidden_size,
                    .intermediate = config.intermediate_size,
                    .activation = nn::activation_from_string(config.activation),
                    .widening_weight = nn::normal(config.initializer_range),
                    .narrowing_weight = residual_weight(config),
                    .transposed_in_file = true}) {}

void GptBlock::operator()(nn::ResidualStream& stream, const nn::AttentionMask& mask, const Dropout& dropout,
                          nn::KeyValueCache* cache) const {
  stream.add(attention(stream.read(attention_norm), mask, dropout.probabilities, {.cache = cache}), dropout.results);
  stream.add(feed_forward(stream.read(feed_forward_norm)), dropout.results);
}

Gpt::Gpt(const OptionValues& values)
    : config_(values),
      tokens_(parameters_, "transformer.wte",
              {.count = config_.vocab_size,
               .width = config_.hidden_size,
               .weight = nn::normal(config_.initializer_range),
               .tied = true}),
      positions_(
          parameters_, "transformer.wpe",
          {.count = config_.max_length, .width = config_.hidden_size, .weight = nn::normal(config_.initializer_range)}),
      blocks_(nn::make_layers(config_.layers,
                              [this](std::int64_t layer) {
                                return GptBlock(parameters_, "transformer.h." + std::to_string(layer), config_);
                              })),
      last_norm_(parameters_, "transformer.ln_f", config_.hidden_size, config_.layer_norm_epsilon),
      head_(tokens_.weight()) {}

nn::TransformerSizes Gpt::sizes() const {
  return {.vocab_size = config_.vocab_size,
          .hidden_size = config_.hidden_size,
          .intermediate_size = config_.intermediate_size,
          .layers = config_.layers,
          .heads = config_.heads,
          .max_length = config_.max_length};
}

at::Tensor Gpt::hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const {
  const std::int64_t before = nn::tokens_read(caches);
  const at::Tensor positions = at::arange(before, before + batch.input_ids.size(1), batch.input_ids.options());
  const at::Tensor embedded = tokens_(batch.input_ids).add(positions_(positions));

  nn::ResidualStream stream(nn::dropout(embedded, active(config_.embedding_dropout)));
  const nn::AttentionMask mask{.causal = true, .keys = batch.attention_mask};
  const GptBlock::Dropout dropout{.probabilities = active(config_.attention_dropout),
                                  .results = active(config_.residual_dropout)};
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) {
    blocks_[layer](stream, mask, dropout, nn::cache_of(caches, layer));
  }
  return stream.read(last_norm_);
}

std::string Gpt::config_json() const {
  const nlohmann::ordered_json config{{"architectures", {"GPT2LMHeadModel"}},
                                      {"model_type", "gpt2"},
                                      {"vocab_size", config_.vocab_size},
                                      {"n_positions", config_.max_length},
                                      {"n_embd", config_.hidden_size},
                                      {"n_layer", config_.layers},
                                      {"n_head", config_.heads},
                                      {"n_inner", config_.intermediate_size},
                                      {"activation_function", config_.activation},
                                      {"resid_pdrop", config_.residual_dropout},
                                      {"embd_pdrop", config_.embedding_dropout},
                                      {"attn_pdrop", config_.attention_dropout},
                                      {"layer_norm_epsilon", config_.layer_norm_epsilon},
                                      {"initializer_range", config_.initializer_range},
                                      {"bos_token_id", nullptr},
                                      {"eos_token_id", nullptr},
                                      {"tie_word_embeddings", true},
                                      {"dtype", "float32"},
                                      {"transformers_version", "5.23.0"}};
  return config.dump(2) + "\n";
}

}  // namespace folio
