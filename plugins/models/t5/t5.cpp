#include "t5.h"

#include <cmath>

#include "folio/error.h"
#include "nn/cached_decoding.h"
#include "nn/model_options.h"
#include "nn/models/config_json.h"

namespace folio {

OptionTable T5::options() {
  return {
      nn::vocab_size_option(),
      integer("hidden_size", 512).at_least(1).config_name("d_model").help("width of the residual streams (d_model)"),
      integer("head_dim", 64).at_least(1).config_name("d_kv").help("width of an attention head (d_kv)"),
      integer("intermediate_size", 2048)
          .at_least(1)
          .config_name("d_ff")
          .help("width inside the feed-forward blocks (d_ff)"),
      integer("num_hidden_layers", 6)
          .between(1, 10000)
          .config_name("num_layers")
          .help("layers of the encoder (num_layers)"),
      integer("num_decoder_layers").between(1, 10000).absent_means("num_hidden_layers").help("layers of the decoder"),
      integer("num_attention_heads", 8)
          .at_least(1)
          .config_name("num_heads")
          .help("attention heads in a layer (num_heads)"),
      integer("relative_attention_num_buckets", 32)
          .at_least(4)
          .help("number of distance ranges, each with its own bias"),
      integer("relative_attention_max_distance", 128)
          .at_least(2)
          .unit("tokens")
          .help("distance from which on all distances share one bias"),
      number("dropout_rate", 0.1)
          .between(0, 1)
          .help("dropout of embeddings, attention probabilities, blocks and results"),
      number("layer_norm_epsilon", 1e-6).at_least(0).help("added to the mean square in the norms"),
      number("initializer_factor", 1.0).at_least(0).help("factor on the initial weights"),
      text("feed_forward_proj", "relu")
          .choices({"relu", "gated-gelu"})
          .help("activation function of the feed-forward blocks"),
      // transformers 5 writes that the head is tied in any case, and here whether its input is scaled.
      boolean("tie_word_embeddings", true)
          .config_name("tie_word_embeddings", {"scale_decoder_outputs"})
          .help("whether the head uses the token embedding as its weight and its input is scaled down"),
  };
}

T5Config::T5Config(const OptionValues& values) : options(values) {
  if (max_distance <= buckets / 2) {
    throw Error(ErrorKind::experiment, "relative_attention_max_distance " + std::to_string(max_distance) +
                                           " is too short for relative_attention_num_buckets " +
                                           std::to_string(buckets) + ": half of the buckets are for single distances");
  }
}

T5::T5(const OptionValues& values)
    : config_(values),
      tokens_(parameters_, "shared",
              {.count = config_.vocab_size,
               .width = config_.hidden_size,
               .weight = nn::normal(config_.initializer_factor),
               .tied = config_.tied}),
      encoder_(parameters_, "encoder", config_, /*decoder=*/false),
      decoder_(parameters_, "decoder", config_, /*decoder=*/true),
      head_(config_.tied ? tokens_.weight()
                         : parameters_.add("lm_head.weight", tokens_.weight().sizes(), Part::head,
                                           nn::normal(config_.initializer_factor))) {}

at::Tensor T5::encode(const Batch& batch) const {
  return encoder_(tokens_(batch.input_ids),
                  {.mask = {.causal = false, .keys = batch.attention_mask}, .dropout = active(config_.dropout)});
}

at::Tensor T5::decode(const at::Tensor& ids, T5Pass pass) const {
  pass.mask.causal = true;
  pass.dropout = active(config_.dropout);
  const at::Tensor hidden = decoder_(tokens_(ids), pass);  // [batch, length, hidden_size]
  // The table's elements, of variance 1 for the embedding's sake, are large for a head.
  return config_.tied ? hidden.mul(1 / std::sqrt(static_cast<double>(config_.hidden_size))) : hidden;
}

at::Tensor T5::hidden_states(const Batch& batch) const {
  if (!batch.decoder_input_ids.defined())
    throw Error(ErrorKind::experiment, "t5's decoder has nothing to read; expected the objective span_corruption");
  T5Pass pass;
  pass.source = decoder_.look_at(encode(batch));
  pass.source_mask.keys = batch.attention_mask;
  return decode(batch.decoder_input_ids, std::move(pass));
}

at::Tensor T5::loss(const Batch& batch, std::int64_t num_items) {
  return head_.loss(hidden_states(batch), batch.labels, num_items, batch.label_smoothing);
}

at::Tensor T5::token_losses(const Batch& batch) { return head_.token_losses(hidden_states(batch), batch.labels); }

at::Tensor T5::logits(const Batch& batch) { return head_.logits(hidden_states(batch)); }

at::Tensor T5::next_token_logits(const Batch& batch) { return head_.logits(hidden_states(batch).select(1, -1)); }

std::unique_ptr<Decoding> T5::begin_decoding(const Batch& source) {
  T5Pass pass;
  pass.source = decoder_.look_at(encode(source));
  pass.source_mask.keys = source.attention_mask;
  return std::make_unique<nn::CachedDecoding>(
      config_.decoder_layers, [this, pass](const at::Tensor& ids, std::vector<nn::KeyValueCache>& caches) {
        T5Pass next = pass;
        next.caches = &caches;
        return head_.logits(decode(ids, std::move(next)).select(1, -1));
      });
}

double T5::activation_bytes(const BatchShape& shape, int bytes_per_element) const {
  const double element = bytes_per_element;
  const auto hidden = static_cast<double>(config_.hidden_size);
  const auto inner = static_cast<double>(config_.heads * config_.head_width);
  const auto read = static_cast<double>(shape.batch * shape.length);
  const auto written = static_cast<double>(shape.batch * shape.target_length);
  // Of an attention, to a query: the norm's result and the residual stream in float32, the query, the heads' result,
  // the probabilities; to a key: key and value.
  const auto attention = [&](double queries, double keys, std::int64_t length) {
    return queries *
               (element * (hidden + 2 * inner + static_cast<double>(config_.heads * length)) + sizeof(float) * hidden) +
           keys * element * 2 * inner;
  };
  // Of a feed-forward: the norm's result, the residual stream; the activation's result, and dropout's where there is
  // one; of a gate both sides of its activation, what is gated, and the product or dropout's result.
  const auto feed_forward = [&](double tokens) {
    const double wide = config_.gated() ? 4 : config_.dropout > 0 ? 2 : 1;
    return tokens *
           (element * (hidden + wide * static_cast<double>(config_.intermediate_size)) + sizeof(float) * hidden);
  };
  const double encoder_layer = attention(read, read, shape.length) + feed_forward(read);
  const double decoder_layer =
      attention(written, written, shape.target_length) + attention(written, read, shape.length) + feed_forward(written);
  const double ends = (read + written) * 2 * sizeof(float) * hidden +
                      element * static_cast<double>(shape.scored) * static_cast<double>(config_.vocab_size);
  return static_cast<double>(config_.layers) * encoder_layer +
         static_cast<double>(config_.decoder_layers) * decoder_layer + ends;
}

double T5::training_flops(const BatchShape& shape) const {
  const auto hidden = static_cast<double>(config_.hidden_size);
  const auto inner = static_cast<double>(config_.heads * config_.head_width);
  const auto read = static_cast<double>(shape.batch * shape.length);
  const auto written = static_cast<double>(shape.batch * shape.target_length);
  // Products of an attention: queries and results, keys and values, scores and their use.
  const auto attention = [&](double queries, double keys, std::int64_t length) {
    return 2 * hidden * inner * (queries + keys) + 2 * queries * static_cast<double>(length) * inner;
  };
  const double wide = (config_.gated() ? 3 : 2) * hidden * static_cast<double>(config_.intermediate_size);
  const double encoder_layer = attention(read, read, shape.length) + wide * read;
  const double decoder_layer =
      attention(written, written, shape.target_length) + attention(written, read, shape.length) + wide * written;
  const double head = static_cast<double>(shape.scored) * static_cast<double>(config_.vocab_size) * hidden;
  return 3 * 2 *
         (static_cast<double>(config_.layers) * encoder_layer +
          static_cast<double>(config_.decoder_layers) * decoder_layer + head);
}

HuggingFaceClass T5::hugging_face() {
  return {.name = "T5ForConditionalGeneration",
          .model_type = "t5",
          .settings = {{"is_encoder_decoder", {true}}, {"dense_act_fn", {"relu", "gelu_new"}, /*written=*/false}},
          .base_prefix = "",
          .tied = {{"encoder.embed_tokens.weight", "shared.weight"},
                   {"decoder.embed_tokens.weight", "shared.weight"},
                   {"lm_head.weight", "shared.weight"}},
          .buffers = {"decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"},
          .other_heads = {}};
}

std::string T5::config_json() const {
  // These ids are of a tokenizer that is trained for the objective; the run's own replace them in its model folder.
  return nn::config_json(options(), config_.options, hugging_face(),
                         {{"num_decoder_layers", config_.decoder_layers},
                          {"pad_token_id", 0},
                          {"eos_token_id", 1},
                          {"decoder_start_token_id", 0}});
}

}  // namespace folio
