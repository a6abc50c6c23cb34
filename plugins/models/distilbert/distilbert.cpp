#include "distilbert.h"

#include <ATen/ops/arange.h>

#include "nn/layers/dropout.h"
#include "nn/model_options.h"
#include "nn/models/config_json.h"

namespace folio {
namespace {

constexpr double kLayerNormEpsilon = 1e-12;
constexpr std::int64_t kPaddingId = 0;  // pad_token_id, where every tokenizer that Folio trains for it has the token

nn::PostNormBlock make_block(nn::ParameterSet& parameters, const std::string& name, const DistilBertConfig& config) {
  const std::string attention = name + ".attention.";
  return nn::PostNormBlock(
      parameters,
      nn::PostNormBlock::Names{.attention = {.inputs = {attention + "q_lin", attention + "k_lin", attention + "v_lin"},
                                             .output = attention + "out_lin"},
                               .attention_norm = name + ".sa_layer_norm",
                               .widening = name + ".ffn.lin1",
                               .narrowing = name + ".ffn.lin2",
                               .feed_forward_norm = name + ".output_layer_norm"},
      nn::PostNormBlock::Options{.hidden = config.hidden_size,
                                 .heads = config.heads,
                                 .intermediate = config.intermediate_size,
                                 .activation = config.activation,
                                 .weight = config.weight,
                                 .epsilon = kLayerNormEpsilon});
}

}  // namespace

OptionTable DistilBert::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 768).at_least(1).config_name("dim").help("width of the residual stream"),
      integer("num_hidden_layers", 6)
          .between(1, 10000)
          .config_name("n_layers")
          .help("layers, each with attention and feed-forward"),
      integer("num_attention_heads", 12)
          .at_least(1)
          .config_name("n_heads")
          .help("attention heads in a layer; hidden_size is divided among them"),
      integer("intermediate_size", 3072)
          .at_least(1)
          .config_name("hidden_dim")
          .help("width inside the feed-forward blocks"),
      integer("max_position_embeddings", 512).at_least(1).unit("tokens").help("longest sequence"),
      boolean("sinusoidal_pos_embds", false)
          .help("whether the positions start as sines and cosines; they are learned in either case"),
      text("hidden_act", "gelu")
          .choices(nn::activation_names())
          .config_name("activation")
          .help("activation function in the feed-forward blocks"),
      number("dropout", 0.1).between(0, 1).help("dropout of the embeddings and of the feed-forward blocks' output"),
      number("attention_dropout", 0.1).between(0, 1).help("dropout of the attention probabilities"),
      number("initializer_range", 0.02).at_least(0).help("standard deviation of the initial weights"),
  };
}

DistilBert::DistilBert(const OptionValues& values)
    : config_(values),
      tokens_(parameters_, "distilbert.embeddings.word_embeddings",
              {.count = config_.vocab_size,
               .width = config_.hidden_size,
               .weight = config_.weight,
               .tied = true,
               .padding_id = kPaddingId}),
      positions_(parameters_, "distilbert.embeddings.position_embeddings",
                 {.count = config_.max_length,
                  .width = config_.hidden_size,
                  .weight = config_.sinusoidal_positions ? nn::sinusoidal() : config_.weight}),
      embedding_norm_(parameters_, "distilbert.embeddings.LayerNorm", config_.hidden_size, kLayerNormEpsilon),
      blocks_(nn::make_layers(config_.layers,
                              [this](std::int64_t layer) {
                                return make_block(parameters_, "distilbert.transformer.layer." + std::to_string(layer),
                                                  config_);
                              })),
      head_transform_(parameters_, "vocab_transform", "vocab_layer_norm",
                      {.hidden = config_.hidden_size,
                       .activation = config_.activation,
                       .weight = config_.weight,
                       .epsilon = kLayerNormEpsilon}),
      head_(tokens_.weight(), parameters_.add("vocab_projector.bias", {config_.vocab_size}, Part::head, nn::zeros())) {}

at::Tensor DistilBert::hidden_states(const Batch& batch) const {
  const std::int64_t length = batch.input_ids.size(1);
  const nn::AttentionMask mask{.causal = false, .keys = batch.attention_mask};
  const double p = active(config_.dropout);
  const nn::PostNormBlock::Dropout dropout{
      .probabilities = active(config_.attention_dropout), .attended = 0, .transformed = p};

  const at::Tensor positions = positions_(at::arange(length, batch.input_ids.options()));  // [length, hidden_size]
  const at::Tensor embedded = tokens_(batch.input_ids).add(positions);  // [batch, length, hidden_size]
  at::Tensor stream = nn::dropout(embedding_norm_.stream(embedded), p);
  for (const nn::PostNormBlock& block : blocks_) stream = block(stream, mask, dropout);
  return stream;
}

HuggingFaceClass DistilBert::hugging_face() {
  return {.name = "DistilBertForMaskedLM",
          .model_type = "distilbert",
          .settings = {{"tie_word_embeddings", {true}}, {"is_encoder_decoder", {false}, /*written=*/false}},
          .base_prefix = "distilbert",
          .tied = {{"vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight"}},
          .buffers = {"distilbert.embeddings.position_ids"},
          .other_heads = {}};
}

std::string DistilBert::config_json() const {
  return nn::config_json(options(), config_.options, hugging_face(), {{"pad_token_id", kPaddingId}});
}

}  // namespace folio
