#pragma once

#include <string>
#include <vector>

#include "folio/options.h"
#include "nn/embedding.h"
#include "nn/masked_model.h"
#include "nn/norm.h"
#include "nn/post_norm_block.h"

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
class Bert : public nn::MaskedModel {
 public:
  static OptionTable options();

  explicit Bert(const OptionValues& values);

  std::string config_json() const override;

 private:
  nn::TransformerSizes sizes() const override;
  at::Tensor hidden_states(const Batch& batch) const override;
  const nn::HeadTransform& head_transform() const override { return head_transform_; }
  const nn::TiedHead& head() const override { return head_; }

  BertConfig config_;
  nn::Embedding tokens_;
  nn::Embedding positions_;
  nn::Embedding token_types_;
  nn::LayerNorm embedding_norm_;
  std::vector<nn::PostNormBlock> blocks_;
  nn::TiedHead head_;
  nn::HeadTransform head_transform_;
};

}  // namespace folio
