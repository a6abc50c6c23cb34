#pragma once

#include <string>
#include <vector>

#include "folio/options.h"
#include "nn/causal_model.h"
#include "nn/embedding.h"
#include "nn/feed_forward.h"
#include "nn/multi_head_attention.h"
#include "nn/norm.h"
#include "nn/residual_stream.h"

namespace folio {

/// The numbers that make a GPT, checked against each other.
struct GptConfig {
  /// Throws Error (experiment) when hidden_size cannot be shared among the heads or there is no vocab_size.
  explicit GptConfig(const OptionValues& values);

  std::int64_t vocab_size;
  std::int64_t hidden_size;
  std::int64_t layers;
  std::int64_t heads;
  std::int64_t intermediate_size;
  std::int64_t max_length;
  std::string activation;
  double residual_dropout;
  double embedding_dropout;
  double attention_dropout;
  double layer_norm_epsilon;
  double initializer_range;
};

/// One layer: attention and feed-forward, each with its norm before it.
struct GptBlock {
  /// Probabilities, 0 outside training.
  struct Dropout {
    double probabilities;  ///< of the attention
    double results;        ///< of what the two add to the residual stream
  };

  GptBlock(nn::ParameterSet& parameters, const std::string& name, const GptConfig& config);

  /// `cache` is what attention keeps of the tokens before, or null.
  void operator()(nn::ResidualStream& stream, const nn::AttentionMask& mask, const Dropout& dropout,
                  nn::KeyValueCache* cache) const;

  nn::LayerNorm attention_norm;
  nn::MultiHeadAttention attention;
  nn::LayerNorm feed_forward_norm;
  nn::FeedForward feed_forward;
};

/// GPT-2 (Radford et al. 2019) as transformers' GPT2LMHeadModel has it: names and order of the parameters, and results.
class Gpt : public nn::CausalModel {
 public:
  static OptionTable options();

  explicit Gpt(const OptionValues& values);

  std::string config_json() const override;

 private:
  nn::TransformerSizes sizes() const override;
  at::Tensor hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const override;
  const nn::TiedHead& head() const override { return head_; }

  GptConfig config_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  std::vector<GptBlock> blocks_;
  nn::LayerNorm last_norm_;
  nn::TiedHead head_;
};

}  // namespace folio
