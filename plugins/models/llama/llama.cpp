#include "llama.h"

#include "folio/error.h"
#include "nn/cached_decoding.h"
#include "nn/model_options.h"
#include "nn/models/config_json.h"

namespace folio {

OptionTable Llama::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 4096).at_least(1).help("width of the residual stream"),
      integer("intermediate_size", 11008).at_least(1).help("width inside the feed-forward blocks"),
      integer("num_hidden_layers", 32).between(1, 10000).help("layers, each with attention and feed-forward"),
      integer("num_attention_heads", 32)
          .at_least(1)
          .help("attention heads in a layer; hidden_size is divided among them"),
      integer("num_key_value_heads")
          .at_least(1)
          .absent_means("num_attention_heads")
          .help("heads of keys and values; each is shared by the same number of attention heads"),
      integer("head_dim").at_least(2).absent_means("hidden_size / num_attention_heads").help("width of a head"),
      text("hidden_act", "silu")
          .choices(nn::activation_names())
          .help("activation function of the gate in the feed-forward blocks"),
      integer("max_position_embeddings", 2048).at_least(1).unit("tokens").help("longest sequence"),
      number("rope_theta", 10000.0)
          .at_least(1)
          .config_name("rope_parameters/rope_theta")
          .help("base of the wavelengths of the rotary positions"),
      number("rms_norm_eps", 1e-6).at_least(0).help("added to the mean square in the norms"),
      number("attention_dropout", 0.0).between(0, 1).help("dropout of the attention probabilities"),
      number("initializer_range", 0.02).at_least(0).help("standard deviation of the initial weights"),
      boolean("attention_bias", false).help("whether the attention's linear layers have a bias"),
      boolean("mlp_bias", false).help("whether the feed-forward blocks' linear layers have a bias"),
      boolean("tie_word_embeddings", false).help("whether the head uses the token embedding as its weight"),
  };
}

LlamaConfig::LlamaConfig(const OptionValues& values)
    : TransformerSizes(nn::transformer_sizes(values)), options(values) {
  nn::check_heads(hidden_size, heads);
  key_heads = options.has("num_key_value_heads") ? options.integer("num_key_value_heads") : heads;
  head_width = options.has("head_dim") ? options.integer("head_dim") : hidden_size / heads;
  gate = true;
  keeps_probabilities = attention_dropout > 0;
  end_tensors = 2;
  if (heads % key_heads != 0) {
    throw Error(ErrorKind::experiment, "num_attention_heads " + std::to_string(heads) +
                                           " is not a multiple of num_key_value_heads " + std::to_string(key_heads));
  }
  if (head_width % 2 != 0) {
    throw Error(ErrorKind::experiment, "a head's width, head_dim or hidden_size / num_attention_heads, is " +
                                           std::to_string(head_width) +
                                           ", expected an even number: rotary positions turn pairs of its elements");
  }
}

LlamaBlock::LlamaBlock(nn::ParameterSet& parameters, const std::string& name, const LlamaConfig& config)
    : attention(parameters,
                {.inputs = {name + ".self_attn.q_proj", name + ".self_attn.k_proj", name + ".self_attn.v_proj"},
                 .output = name + ".self_attn.o_proj"},
                {.hidden = config.hidden_size,
                 .heads = config.heads,
                 .key_heads = config.key_heads,
                 .head_width = config.head_width,
                 .input_weight = config.weight,
                 .output_weight = config.weight,
                 .bias = config.attention_bias}),
      feed_forward(parameters, name + ".mlp.up_proj", name + ".mlp.down_proj",
                   {.hidden = config.hidden_size,
                    .intermediate = config.intermediate_size,
                    .activation = config.activation,
                    .widening_weight = config.weight,
                    .narrowing_weight = config.weight,
                    .gate = name + ".mlp.gate_proj",
                    .bias = config.feed_forward_bias}),
      attention_norm(parameters, name + ".input_layernorm",
                     {.width = config.hidden_size, .epsilon = config.norm_epsilon}),
      feed_forward_norm(parameters, name + ".post_attention_layernorm",
                        {.width = config.hidden_size, .epsilon = config.norm_epsilon}) {}

void LlamaBlock::operator()(nn::ResidualStream& stream, const nn::AttentionMask& mask, double p,
                            const nn::AttentionVariation& variation) const {
  stream.add(attention(stream.read(attention_norm), mask, p, variation));
  stream.add(feed_forward(stream.read(feed_forward_norm)));
}

Llama::Llama(const OptionValues& values)
    : config_(values),
      tokens_(
          parameters_, "model.embed_tokens",
          {.count = config_.vocab_size, .width = config_.hidden_size, .weight = config_.weight, .tied = config_.tied}),
      blocks_(nn::make_layers(config_.layers,
                              [this](std::int64_t layer) {
                                return LlamaBlock(parameters_, "model.layers." + std::to_string(layer), config_);
                              })),
      last_norm_(parameters_, "model.norm", {.width = config_.hidden_size, .epsilon = config_.norm_epsilon}),
      head_(config_.tied ? tokens_.weight()
                         : parameters_.add("lm_head.weight", tokens_.weight().sizes(), Part::head, config_.weight)) {}

at::Tensor Llama::hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const {
  const nn::Rotation turn = nn::rotation(nn::tokens_read(caches), batch.input_ids.size(1), config_.head_width,
                                         config_.rotary_base, batch.input_ids.device());
  nn::ResidualStream stream(tokens_(batch.input_ids));  // [batch, length, hidden_size]
  const nn::AttentionMask mask{.causal = true, .keys = batch.attention_mask};
  const double p = active(config_.attention_dropout);
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer)
    blocks_[layer](stream, mask, p, {.rotation = &turn, .cache = nn::cache_of(caches, layer)});
  return stream.read(last_norm_);  // [batch, length, hidden_size]
}

HuggingFaceClass Llama::hugging_face() {
  return {.name = "LlamaForCausalLM",
          .model_type = "llama",
          .settings = {{"rope_parameters/rope_type", {"default"}},
                       {"rope_parameters/partial_rotary_factor", {1.0}, /*written=*/false},
                       {"rope_scaling/rope_type", {"default"}, /*written=*/false},
                       {"rope_scaling/type", {"default"}, /*written=*/false},
                       {"partial_rotary_factor", {1.0}, /*written=*/false},
                       {"is_encoder_decoder", {false}, /*written=*/false}},
          .base_prefix = "model",
          .tied = {{"lm_head.weight", "model.embed_tokens.weight"}},
          .buffers = {"*.rotary_emb.inv_freq"},
          .other_heads = {}};
}

std::string Llama::config_json() const {
  return nn::config_json(options(), config_.options, hugging_face(),
                         {{"num_key_value_heads", config_.key_heads},
                          {"head_dim", config_.head_width},
                          {"rope_theta", config_.rotary_base},  // where version 4 looks
                          {"bos_token_id", nullptr},
                          {"eos_token_id", nullptr}});
}

}  // namespace folio
