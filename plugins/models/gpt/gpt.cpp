#include "gpt.h"

#include <ATen/ops/arange.h>

#include "nn/cached_decoding.h"
#include "nn/layers/dropout.h"
#include "nn/model_options.h"
#include "nn/models/config_json.h"

namespace folio {

OptionTable Gpt::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 768).at_least(1).config_name("n_embd").help("width of the residual stream"),
      integer("num_hidden_layers", 12)
          .between(1, 10000)
          .config_name("n_layer")
          .help("layers, each with attention and feed-forward"),
      integer("num_attention_heads", 12)
          .at_least(1)
          .config_name("n_head")
          .help("attention heads in a layer; hidden_size is divided among them"),
      integer("intermediate_size")
          .at_least(1)
          .absent_means("4 * hidden_size")
          .config_name("n_inner")
          .help("width inside the feed-forward blocks"),
      integer("max_position_embeddings", 1024)
          .at_least(1)
          .unit("tokens")
          .config_name("n_positions")
          .help("longest sequence"),
      text("hidden_act", "gelu_new")
          .choices(nn::activation_names())
          .config_name("activation_function")
          .help("activation function in the feed-forward blocks"),
      number("resid_pdrop", 0.1)
          .between(0, 1)
          .help("dropout of each block's output, before it is added to the residual stream"),
      number("embd_pdrop", 0.1).between(0, 1).help("dropout of the embeddings"),
      number("attn_pdrop", 0.1).between(0, 1).help("dropout of the attention probabilities"),
      number("layer_norm_epsilon", 1e-5).at_least(0).help("added to the variance in the norms"),
      number("initializer_range", 0.02).at_least(0).help("standard deviation of the initial weights"),
  };
}

GptBlock::GptBlock(nn::ParameterSet& parameters, const std::string& name, const GptConfig& config)
    : attention_norm(parameters, name + ".ln_1", config.hidden_size, config.norm_epsilon),
      attention(parameters, {.inputs = {name + ".attn.c_attn"}, .output = name + ".attn.c_proj"},
                {.hidden = config.hidden_size,
                 .heads = config.heads,
                 .input_weight = config.weight,
                 .output_weight = config.residual_weight,
                 .transposed_in_file = true}),
      feed_forward_norm(parameters, name + ".ln_2", config.hidden_size, config.norm_epsilon),
      feed_forward(parameters, name + ".mlp.c_fc", name + ".mlp.c_proj",
                   {.hidden = config.hidden_size,
                    .intermediate = config.intermediate_size,
                    .activation = config.activation,
                    .widening_weight = config.weight,
                    .narrowing_weight = config.residual_weight,
                    .transposed_in_file = true}) {}

void GptBlock::operator()(nn::ResidualStream& stream, const nn::AttentionMask& mask, const Dropout& dropout,
                          nn::KeyValueCache* cache) const {
  stream.add(attention(stream.read(attention_norm), mask, dropout.attention, {.cache = cache}), dropout.residual);
  stream.add(feed_forward(stream.read(feed_forward_norm)), dropout.residual);
}

Gpt::Gpt(const OptionValues& values)
    : config_(values),
      tokens_(parameters_, "transformer.wte",
              {.count = config_.vocab_size, .width = config_.hidden_size, .weight = config_.weight, .tied = true}),
      positions_(parameters_, "transformer.wpe",
                 {.count = config_.max_length, .width = config_.hidden_size, .weight = config_.weight}),
      blocks_(nn::make_layers(config_.layers,
                              [this](std::int64_t layer) {
                                return GptBlock(parameters_, "transformer.h." + std::to_string(layer), config_);
                              })),
      last_norm_(parameters_, "transformer.ln_f", config_.hidden_size, config_.norm_epsilon),
      head_(tokens_.weight()) {}

at::Tensor Gpt::hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const {
  const std::int64_t before = nn::tokens_read(caches);
  const std::int64_t end = before + batch.input_ids.size(1);
  const at::Tensor positions = at::arange(before, end, batch.input_ids.options());  // [length]
  const at::Tensor embedded = tokens_(batch.input_ids).add(positions_(positions));  // [batch, length, hidden_size]

  nn::ResidualStream stream(nn::dropout(embedded, active(config_.embedding_dropout)));
  const nn::AttentionMask mask{.causal = true, .keys = batch.attention_mask};
  const GptBlock::Dropout dropout{.attention = active(config_.attention_dropout),
                                  .residual = active(config_.residual_dropout)};
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer)
    blocks_[layer](stream, mask, dropout, nn::cache_of(caches, layer));
  return stream.read(last_norm_);  // [batch, length, hidden_size]
}

HuggingFaceClass Gpt::hugging_face() {
  return {.name = "GPT2LMHeadModel",
          .model_type = "gpt2",
          .settings = {{"tie_word_embeddings", {true}},
                       {"scale_attn_weights", {true}, /*written=*/false},
                       {"scale_attn_by_inverse_layer_idx", {false}, /*written=*/false},
                       {"add_cross_attention", {false}, /*written=*/false},
                       {"is_encoder_decoder", {false}, /*written=*/false}},
          .base_prefix = "transformer",
          .tied = {{"lm_head.weight", "transformer.wte.weight"}},
          .buffers = {"*.attn.bias", "*.attn.masked_bias"},
          .other_heads = {}};
}

std::string Gpt::config_json() const {
  return nn::config_json(
      options(), config_.options, hugging_face(),
      {{"n_inner", config_.intermediate_size}, {"bos_token_id", nullptr}, {"eos_token_id", nullptr}});
}

}  // namespace folio
