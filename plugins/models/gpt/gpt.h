#pragma once

#include <memory>
#include <string>
#include <vector>

#include "folio/model.h"
#include "folio/options.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/feed_forward.h"
#include "nn/multi_head_attention.h"
#include "nn/norm.h"
#include "nn/parameters.h"
#include "nn/tied_head.h"

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
  GptBlock(nn::ParameterSet& parameters, const std::string& name, const GptConfig& config);

  nn::LayerNorm attention_norm;
  nn::MultiHeadAttention attention;
  nn::LayerNorm feed_forward_norm;
  nn::FeedForward feed_forward;
};

/// GPT-2 (Radford et al. 2019) as transformers' GPT2LMHeadModel has it: names and order of the parameters, and results.
class Gpt : public Model {
 public:
  static OptionTable options();

  explicit Gpt(const OptionValues& values);

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
  /// What the head is put on: [batch, length, hidden], of tokens that follow those in the caches, if any. Throws Error
  /// (experiment) when they are too many.
  at::Tensor hidden_states(const Batch& batch, std::vector<nn::KeyValueCache>* caches = nullptr) const;

  /// The probability where dropout is on, else 0.
  double active(double dropout) const { return training_ ? dropout : 0; }

  GptConfig config_;
  nn::ParameterSet parameters_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  std::vector<GptBlock> blocks_;
  nn::LayerNorm last_norm_;
  nn::TiedHead head_;
  bool training_ = false;
};

}  // namespace folio
