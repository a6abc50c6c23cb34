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

/// The numbers that make a Llama, checked against each other.
struct LlamaConfig {
  /// Throws Error (experiment) when the heads cannot share hidden_size or the key heads, when a head's width is odd, or
  /// when there is no vocab_size.
  explicit LlamaConfig(const OptionValues& values);

  std::int64_t vocab_size;
  std::int64_t hidden_size;
  std::int64_t intermediate_size;
  std::int64_t layers;
  std::int64_t heads;
  std::int64_t key_heads;
  std::int64_t head_width;
  std::int64_t max_length;
  std::string activation;
  double rotary_base;
  double norm_epsilon;
  double attention_dropout;
  double initializer_range;
  bool attention_bias;
  bool feed_forward_bias;
  bool tied;
};

/// One layer: attention and feed-forward, each with its norm before it.
struct LlamaBlock {
  LlamaBlock(nn::ParameterSet& parameters, const std::string& name, const LlamaConfig& config);

  /// `p` is the dropout on the attention's probabilities, 0 outside training; `variation` has the turn of the positions
  /// and, where tokens were read before, the layer's cache.
  void operator()(nn::ResidualStream& stream, const nn::AttentionMask& mask, double p,
                  const nn::AttentionVariation& variation) const;

  nn::MultiHeadAttention attention;
  nn::FeedForward feed_forward;
  nn::RmsNorm attention_norm;
  nn::RmsNorm feed_forward_norm;
};

/// Llama (Touvron et al. 2023) as transformers' LlamaForCausalLM has it: names and order of the parameters, and
/// results.
class Llama : public nn::CausalModel {
 public:
  static OptionTable options();

  explicit Llama(const OptionValues& values);

  std::string config_json() const override;

 private:
  nn::TransformerSizes sizes() const override;
  at::Tensor hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const override;
  const nn::TiedHead& head() const override { return head_; }

  LlamaConfig config_;
  nn::Embedding tokens_;
  std::vector<LlamaBlock> blocks_;
  nn::RmsNorm last_norm_;
  nn::TiedHead head_;
};

}  // namespace folio
