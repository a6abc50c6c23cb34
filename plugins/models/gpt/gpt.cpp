#include "gpt.h"

#include <ATen/ops/arange.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nn/cached_decoding.h"
#include "nn/model_options.h"
#include "nn/transformer_cost.h"

namespace folio {
namespace {

std::vector<GptBlock> make_blocks(nn::ParameterSet& parameters, const GptConfig& config) {
  std::vector<GptBlock> blocks;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    blocks.emplace_back(parameters, "transformer.h." + std::to_string(layer), config);
  }
  return blocks;
}

/// The weights that write to the residual stream begin smaller, the deeper the model ("Language Models are Unsupervised
/// Multitask Learners", section 2.3).
nn::Initializer residual_weight(const GptConfig& config) {
  return nn::normal(config.initializer_range / std::sqrt(2 * static_cast<double>(config.layers)));
}

nn::TransformerCost cost_of(const GptConfig& config) {
  return {.layers = config.layers,
          .hidden = config.hidden_size,
          .intermediate = config.intermediate_size,
          .heads = config.heads};
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
      blocks_(make_blocks(parameters_, config_)),
      last_norm_(parameters_, "transformer.ln_f", config_.hidden_size, config_.layer_norm_epsilon),
      head_(tokens_.weight()) {}

at::Tensor Gpt::hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const {
  const std::int64_t before = nn::tokens_read(caches);
  const std::int64_t end = before + batch.input_ids.size(1);
  nn::check_length(end, config_.max_length);
  const nn::AttentionMask mask{.causal = true, .keys = batch.attention_mask};
  const double p = active(config_.residual_dropout);
  const at::Tensor positions = at::arange(before, end, batch.input_ids.options());

  // Each norm takes what the block before it adds to the residual stream, so the two are one pass over memory.
  at::Tensor stream =
      nn::dropout(tokens_(batch.input_ids).add(positions_(positions)), active(config_.embedding_dropout));
  at::Tensor normed = blocks_.front().attention_norm(stream);
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) {
    const GptBlock& block = blocks_[layer];
    const at::Tensor attended =
        block.attention(normed, mask, active(config_.attention_dropout), {.cache = nn::cache_of(caches, layer)});
    std::tie(stream, normed) = block.feed_forward_norm.add(stream, attended, p);
    const at::Tensor transformed = block.feed_forward(normed);
    const nn::LayerNorm& next = layer + 1 < blocks_.size() ? blocks_[layer + 1].attention_norm : last_norm_;
    std::tie(stream, normed) = next.add(stream, transformed, p);
  }
  return normed;
}

at::Tensor Gpt::loss(const Batch& batch, std::int64_t num_items) {
  return head_.loss(hidden_states(batch), batch.labels, num_items);
}

at::Tensor Gpt::logits(const Batch& batch) { return head_.logits(hidden_states(batch)); }

at::Tensor Gpt::next_token_logits(const Batch& batch) { return head_.logits(hidden_states(batch).select(1, -1)); }

std::unique_ptr<Decoding> Gpt::begin_decoding(const Batch&) {
  return std::make_unique<nn::CachedDecoding>(config_.layers,
                                              [this](const at::Tensor& ids, std::vector<nn::KeyValueCache>& caches) {
                                                Batch batch;
                                                batch.input_ids = ids;
                                                return head_.logits(hidden_states(batch, &caches).select(1, -1));
                                              });
}

double Gpt::activation_bytes(const BatchShape& shape, int bytes_per_element) const {
  const auto tokens = static_cast<double>(shape.batch * shape.length);
  const double ends = tokens * (3.0 * sizeof(float) * static_cast<double>(config_.hidden_size) +
                                bytes_per_element * static_cast<double>(config_.vocab_size));
  return cost_of(config_).activation_bytes(shape.batch, shape.length, bytes_per_element) + ends;
}

double Gpt::training_flops(const BatchShape& shape) const {
  const auto head_weights = static_cast<double>(config_.vocab_size * config_.hidden_size);
  return cost_of(config_).training_flops(shape.batch, shape.length) +
         nn::product_flops(static_cast<double>(shape.scored), head_weights);
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
