#pragma once

#include <string>
#include <vector>

#include "folio/model.h"
#include "folio/options.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/head_transform.h"
#include "nn/norm.h"
#include "nn/parameters.h"
#include "nn/post_norm_block.h"
#include "nn/tied_head.h"

namespace folio {

/// The numbers that make a DistilBERT, checked against each other.
struct DistilBertConfig {
  /// Throws Error (experiment) when hidden_size cannot be shared among the heads or there is no vocab_size.
  explicit DistilBertConfig(const OptionValues& values);

  std::int64_t vocab_size;
  std::int64_t hidden_size;
  std::int64_t layers;
  std::int64_t heads;
  std::int64_t intermediate_size;
  std::int64_t max_length;
  bool sinusoidal_positions;
  std::string activation;
  double dropout;
  double attention_dropout;
  double initializer_range;
};

/// DistilBERT (Sanh et al. 2019) as transformers' DistilBertForMaskedLM has it: names and order of the parameters, and
/// results. It is BERT with half the layers, without token types, without dropout on what the attention adds, and
/// optionally with positions that begin as sines. It is trained from scratch here, not distilled from a BERT.
class DistilBert : public Model {
 public:
  static OptionTable options();

  explicit DistilBert(const OptionValues& values);

  const std::vector<Parameter>& parameters() const override { return parameters_.list(); }
  void initialize() override { parameters_.initialize(); }
  void training(bool on) override { training_ = on; }
  at::Tensor loss(const Batch& batch, std::int64_t num_items) override;
  at::Tensor logits(const Batch& batch) override;
  std::int64_t max_length() const override { return config_.max_length; }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override;
  double training_flops(const BatchShape& shape) const override;
  std::string config_json() const override;

 private:
  /// What the head is put on: [batch, length, hidden]. Throws Error (experiment) when the batch is too long.
  at::Tensor hidden_states(const Batch& batch) const;

  /// The probability where dropout is on, else 0.
  double active(double dropout) const { return training_ ? dropout : 0; }

  DistilBertConfig config_;
  nn::ParameterSet parameters_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  nn::LayerNorm embedding_norm_;
  std::vector<nn::PostNormBlock> blocks_;
  nn::HeadTransform head_transform_;
  nn::TiedHead head_;
  bool training_ = false;
};

}  // namespace folio
