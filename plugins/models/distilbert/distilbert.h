#pragma once

#include <string>
#include <vector>

#include "folio/options.h"
#include "nn/embedding.h"
#include "nn/masked_model.h"
#include "nn/norm.h"
#include "nn/post_norm_block.h"

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
class DistilBert : public nn::MaskedModel {
 public:
  static OptionTable options();

  explicit DistilBert(const OptionValues& values);

  std::string config_json() const override;

 private:
  nn::TransformerSizes sizes() const override;
  at::Tensor hidden_states(const Batch& batch) const override;
  const nn::HeadTransform& head_transform() const override { return head_transform_; }
  const nn::TiedHead& head() const override { return head_; }

  DistilBertConfig config_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  nn::LayerNorm embedding_norm_;
  std::vector<nn::PostNormBlock> blocks_;
  nn::HeadTransform head_transform_;
  nn::TiedHead head_;
};

}  // namespace folio
