#pragma once

#include <cmath>
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

/// The numbers that make a GPT.
struct GptConfig : nn::TransformerSizes {
  /// Throws Error (experiment) when there is no vocab_size.
  explicit GptConfig(const OptionValues& values) : TransformerSizes(nn::transformer_sizes(values)), options(values) {
    keeps_probabilities = attention_dropout > 0;
  }

  OptionValues options;
  nn::Activation activation = nn::activation_from_string(options.text("hidden_act"));
  double residual_dropout = options.number("resid_pdrop");
  double embedding_dropout = options.number("embd_pdrop");
  double attention_dropout = options.number("attn_pdrop");
  double norm_epsilon = options.number("layer_norm_epsilon");
  nn::Initializer weight = nn::normal(options.number("initializer_range"));
  /// Of what writes to the residual stream: smaller, the deeper the model ("Language Models are Unsupervised Multitask
  /// Learners", section 2.3).
  nn::Initializer residual_weight = nn::normal(weight.value / std::sqrt(2 * static_cast<double>(layers)));
};

/// One layer: attention and feed-forward, each with its norm before it.
struct GptBlock {
  /// Probabilities, 0 outside training.
  struct Dropout {
    double attention;  ///< on its probabilities
    double residual;   ///< on what the two blocks add to the residual stream
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
  static HuggingFaceClass hugging_face();

  /// Throws Error (experiment) when there is no vocab_size or the heads cannot share hidden_size.
  explicit Gpt(const OptionValues& values);

  bool counts_labels_before_shift() const override { return true; }
  std::string config_json() const override;
  std::vector<std::string> usual_lora_layers() const override { return {"c_attn"}; }

 private:
  const nn::TransformerSizes& sizes() const override { return config_; }
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
