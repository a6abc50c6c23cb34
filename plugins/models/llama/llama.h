#pragma once

#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/options.h"
#include "nn/attention/multi_head_attention.h"
#include "nn/blocks/feed_forward.h"
#include "nn/blocks/residual_stream.h"
#include "nn/layers/activation.h"
#include "nn/layers/embedding.h"
#include "nn/layers/norm.h"
#include "nn/models/causal_model.h"

namespace folio {

/// The numbers that make a Llama, checked against each other.
struct LlamaConfig : nn::TransformerSizes {
  /// Throws Error (experiment) when the heads cannot share hidden_size or the key heads, when a head's width is odd, or
  /// when there is no vocab_size.
  explicit LlamaConfig(const OptionValues& values);

  OptionValues options;
  nn::Activation activation = nn::activation_from_string(options.text("hidden_act"));
  double rotary_base = options.number("rope_theta");
  double norm_epsilon = options.number("rms_norm_eps");
  double attention_dropout = options.number("attention_dropout");
  nn::Initializer weight = nn::normal(options.number("initializer_range"));
  bool attention_bias = options.boolean("attention_bias");
  bool feed_forward_bias = options.boolean("mlp_bias");
  bool tied = options.boolean("tie_word_embeddings");
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
  static HuggingFaceClass hugging_face();

  explicit Llama(const OptionValues& values);

  std::string config_json() const override;
  std::vector<std::string> usual_lora_layers() const override { return {"q_proj", "v_proj"}; }

 private:
  const nn::TransformerSizes& sizes() const override { return config_; }
  at::Tensor hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches) const override;
  const nn::TiedHead& head() const override { return head_; }

  LlamaConfig config_;
  nn::Embedding tokens_;
  std::vector<LlamaBlock> blocks_;
  nn::RmsNorm last_norm_;
  nn::TiedHead head_;
};

}  // namespace folio
