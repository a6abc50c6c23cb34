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

/// The numbers that make a BERT, checked against each other.
struct BertConfig {
  /// Throws Error (experiment) when hidden_size cannot be shared among the heads or there is no vocab_size.
  explicit BertConfig(const OptionValues& values);

  std::int64_t vocab_size;
  std::int64_t hidden_size;
  std::int64_t layers;
  std::int64_t heads;
  std::int64_t intermediate_size;
  std::int64_t max_length;
  std::int64_t token_types;
  std::string activation;
  double hidden_dropout;
  double attention_dropout;
  double layer_norm_epsilon;
  double initializer_range;
};

/// BERT (Devlin et al. 2018) as transformers' BertForMaskedLM has it: names and order of the parameters, and results.
/// Where GPT sees only what stands before a token, BERT sees all tokens; its norms stand behind the blocks, and its
/// head looks only at the tokens that were masked. All tokens are of type 0: Folio's text is one segment.
class Bert : public Model {
 public:
  static OptionTable options();

  explicit Bert(const OptionValues& values);

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

  BertConfig config_;
  nn::ParameterSet parameters_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  nn::Embedding token_types_;
  nn::LayerNorm embedding_norm_;
  std::vector<nn::PostNormBlock> blocks_;
  nn::TiedHead head_;
  nn::HeadTransform head_transform_;
  bool training_ = false;
};

}  // namespace folio
