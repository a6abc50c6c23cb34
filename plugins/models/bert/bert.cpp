#include "bert.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include "nn/layers/dropout.h"
#include "nn/model_options.h"
#include "nn/models/config_json.h"

namespace folio {
namespace {

constexpr std::int64_t kPaddingId = 0;  // pad_token_id, where every tokenizer that Folio trains for it has the token

nn::PostNormBlock make_block(nn::ParameterSet& parameters, const std::string& name, const BertConfig& config) {
  const std::string self = name + ".attention.self.";
  return nn::PostNormBlock(
      parameters,
      nn::PostNormBlock::Names{.attention = {.inputs = {self + "query", self + "key", self + "value"},
                                             .output = name + ".attention.output.dense"},
                               .attention_norm = name + ".attention.output.LayerNorm",
                               .widening = name + ".intermediate.dense",
                               .narrowing = name + ".output.dense",
                               .feed_forward_norm = name + ".output.LayerNorm"},
      nn::PostNormBlock::Options{.hidden = config.hidden_size,
                                 .heads = config.heads,
                                 .intermediate = config.intermediate_size,
                                 .activation = config.activation,
                                 .weight = config.weight,
                                 .epsilon = config.norm_epsilon});
}

}  // namespace

OptionTable Bert::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 768).at_least(1).help("width of the residual stream"),
      integer("num_hidden_layers", 12).between(1, 10000).help("layers, each with attention and feed-forward"),
      integer("num_attention_heads", 12)
          .at_least(1)
          .help("attention heads in a layer; hidden_size is divided among them"),
      integer("intermediate_size", 3072).at_least(1).help("width inside the feed-forward blocks"),
      integer("max_position_embeddings", 512).at_least(1).unit("tokens").help("longest sequence"),
      integer("type_vocab_size", 2).at_least(1).help("number of token types; all of Folio's text has the first type"),
      text("hidden_act", "gelu").choices(nn::activation_names()).help("activation function in the feed-forward blocks"),
      number("hidden_dropout_prob", 0.1).between(0, 1).help("dropout of the embeddings and of each block's output"),
      number("attention_probs_dropout_prob", 0.1).between(0, 1).help("dropout of the attention probabilities"),
      number("layer_norm_eps", 1e-12).at_least(0).help("added to the variance in the norms"),
      number("initializer_range", 0.02).at_least(0).help("standard deviation of the initial weights"),
  };
}

Bert::Bert(const OptionValues& values)
    : config_(values),
      tokens_(parameters_, "bert.embeddings.word_embeddings",
              {.count = config_.vocab_size,
               .width = config_.hidden_size,
               .weight = config_.weight,
               .tied = true,
               .padding_id = kPaddingId}),
      positions_(parameters_, "bert.embeddings.position_embeddings",
                 {.count = config_.max_length, .width = config_.hidden_size, .weight = config_.weight}),
      token_types_(parameters_, "bert.embeddings.token_type_embeddings",
                   {.count = config_.token_types, .width = config_.hidden_size, .weight = config_.weight}),
      embedding_norm_(parameters_, "bert.embeddings.LayerNorm", config_.hidden_size, config_.norm_epsilon),
      blocks_(nn::make_layers(config_.layers,
                              [this](std::int64_t layer) {
                                return make_block(parameters_, "bert.encoder.layer." + std::to_string(layer), config_);
                              })),
      head_(tokens_.weight(), parameters_.add("cls.predictions.bias", {config_.vocab_size}, Part::head, nn::zeros())),
      head_transform_(parameters_, "cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
                      {.hidden = config_.hidden_size,
                       .activation = config_.activation,
                       .weight = config_.weight,
                       .epsilon = config_.norm_epsilon}) {}

at::Tensor Bert::hidden_states(const Batch& batch) const {
  const std::int64_t length = batch.input_ids.size(1);
  const nn::AttentionMask mask{.causal = false, .keys = batch.attention_mask};
  const double p = active(config_.hidden_dropout);
  const nn::PostNormBlock::Dropout dropout{
      .probabilities = active(config_.attention_dropout), .attended = p, .transformed = p};

  const at::Tensor positions = positions_(at::arange(length, batch.input_ids.options()));  // [length, hidden_size]
  const at::Tensor first_type = token_types_(at::zeros({1}, batch.input_ids.options()));   // [1, hidden_size]
  const at::Tensor embedded = tokens_(batch.input_ids).add(positions.add(first_type));  // [batch, length, hidden_size]
  at::Tensor stream = nn::dropout(embedding_norm_.stream(embedded), p);
  for (const nn::PostNormBlock& block : blocks_) stream = block(stream, mask, dropout);
  return stream;
}

HuggingFaceClass Bert::hugging_face() {
  return {.name = "BertForMaskedLM",
          .model_type = "bert",
          .settings = {{"tie_word_embeddings", {true}},
                       {"position_embedding_type", {"absolute"}, /*written=*/false},
                       {"is_decoder", {false}, /*written=*/false},
                       {"add_cross_attention", {false}, /*written=*/false},
                       {"is_encoder_decoder", {false}, /*written=*/false}},
          .base_prefix = "bert",
          .tied = {{"cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"},
                   {"cls.predictions.decoder.bias", "cls.predictions.bias"}},
          .buffers = {"bert.embeddings.position_ids", "bert.embeddings.token_type_ids"},
          .other_heads = {"bert.pooler.dense.*", "cls.seq_relationship.*"}};
}

std::string Bert::config_json() const {
  return nn::config_json(options(), config_.options, hugging_face(), {{"pad_token_id", kPaddingId}});
}

}  // namespace folio
