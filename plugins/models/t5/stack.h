#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folio/options.h"
#include "nn/attention/multi_head_attention.h"
#include "nn/attention/relative_positions.h"
#include "nn/blocks/feed_forward.h"
#include "nn/blocks/residual_stream.h"
#include "nn/layers/norm.h"
#include "nn/model_options.h"
#include "nn/parameters.h"

namespace folio {

/// The numbers that make a T5.
struct T5Config {
  /// Throws Error (experiment) when there is no vocab_size or too few buckets.
  explicit T5Config(const OptionValues& values);

  OptionValues options;
  std::int64_t vocab_size = nn::vocab_size_of(options);
  std::int64_t hidden_size = options.integer("hidden_size");
  std::int64_t head_width = options.integer("head_dim");
  std::int64_t intermediate_size = options.integer("intermediate_size");
  std::int64_t layers = options.integer("num_hidden_layers");
  std::int64_t decoder_layers = options.has("num_decoder_layers") ? options.integer("num_decoder_layers") : layers;
  std::int64_t heads = options.integer("num_attention_heads");
  std::int64_t buckets = options.integer("relative_attention_num_buckets");
  std::int64_t max_distance = options.integer("relative_attention_max_distance");
  double dropout = options.number("dropout_rate");
  double norm_epsilon = options.number("layer_norm_epsilon");
  double initializer_factor = options.number("initializer_factor");
  std::string feed_forward = options.text("feed_forward_proj");  ///< "relu" or "gated-gelu"
  bool tied = options.boolean("tie_word_embeddings");

  bool gated() const { return feed_forward == "gated-gelu"; }

  /// First weights of a matrix whose sums have `terms` terms: Mesh TensorFlow's, which keep a product's variance.
  nn::Initializer weight(std::int64_t terms) const;
};

/// What one pass over a stack is given beside its input.
struct T5Pass {
  nn::AttentionMask mask{};
  double dropout = 0;
  std::vector<nn::KeyValues> source{};               ///< of each layer's cross attention; a decoder's alone
  nn::AttentionMask source_mask{};                   ///< of the same
  std::vector<nn::KeyValueCache>* caches = nullptr;  ///< what a decoder read before
};

/// What a decoder's layer has between attention to itself and feed-forward: attention to what the encoder made.
struct T5CrossAttention {
  T5CrossAttention(nn::ParameterSet& parameters, const std::string& name, const T5Config& config);

  nn::MultiHeadAttention attention;
  nn::RmsNorm norm;
};

/// One layer of encoder or decoder. Each block has its norm before it.
struct T5Block {
  /// Which of the two; and the first layer has the relative positions of all.
  struct Place {
    bool decoder = false;
    bool first = false;
  };

  T5Block(nn::ParameterSet& parameters, const std::string& name, const T5Config& config, Place place);

  /// `bias` is that of the positions in the attention's scores, [heads, queries, keys]; `layer` counts from 0 in the
  /// stack.
  void operator()(nn::ResidualStream& stream, const T5Pass& pass, const at::Tensor& bias, std::size_t layer) const;

  nn::MultiHeadAttention attention;
  std::optional<nn::RelativePositions> positions;
  nn::RmsNorm attention_norm;
  std::optional<T5CrossAttention> cross;
  nn::FeedForward feed_forward;
  nn::RmsNorm feed_forward_norm;
};

/// Encoder or decoder.
class T5Stack {
 public:
  T5Stack(nn::ParameterSet& parameters, const std::string& name, const T5Config& config, bool decoder);

  /// The keys and values that a decoder's layers make of the encoder's result [batch, length, hidden].
  std::vector<nn::KeyValues> look_at(const at::Tensor& encoded) const;

  /// Embeddings [batch, length, hidden] -> the same in the compute type.
  at::Tensor operator()(const at::Tensor& embedded, const T5Pass& pass) const;

 private:
  std::vector<T5Block> blocks_;
  nn::RmsNorm last_norm_;
};

}  // namespace folio
