#pragma once

#include <memory>
#include <string>
#include <vector>

#include "folio/model.h"
#include "folio/options.h"
#include "nn/embedding.h"
#include "nn/feed_forward.h"
#include "nn/multi_head_attention.h"
#include "nn/norm.h"
#include "nn/parameters.h"
#include "nn/tied_head.h"

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

  nn::MultiHeadAttention attention;
  nn::FeedForward feed_forward;
  nn::RmsNorm attention_norm;
  nn::RmsNorm feed_forward_norm;
};

/// Llama (Touvron et al. 2023) as transformers' LlamaForCausalLM has it: names and order of the parameters, and
/// results.
class Llama : public Model {
 public:
  static OptionTable options();

  explicit Llama(const OptionValues& values);

  const std::vector<Parameter>& parameters() const override { return parameters_.list(); }
  void initialize() override { parameters_.initialize(); }
  void training(bool on) override { training_ = on; }
  at::Tensor loss(const Batch& batch, std::int64_t num_items) override;
  at::Tensor logits(const Batch& batch) override;
  at::Tensor next_token_logits(const Batch& batch) override;
  std::unique_ptr<Decoding> begin_decoding(const Batch& source) override;
  std::int64_t max_length() const override { return config_.max_length; }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override;
  double training_flops(const BatchShape& shape) const override;
  std::string config_json() const override;

 private:
  /// What the head is put on: [batch, length, hidden], of the tokens that follow those in the caches, if any. Throws
  /// Error (experiment) when they are too many.
  at::Tensor hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches = nullptr) const;

  LlamaConfig config_;
  nn::ParameterSet parameters_;
  nn::Embedding tokens_;
  std::vector<LlamaBlock> blocks_;
  nn::RmsNorm last_norm_;
  nn::TiedHead head_;
  bool training_ = false;
};

}  // namespace folio
