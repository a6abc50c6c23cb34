#pragma once

#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/options.h"
#include "nn/blocks/post_norm_block.h"
#include "nn/layers/activation.h"
#include "nn/layers/embedding.h"
#include "nn/layers/norm.h"
#include "nn/models/masked_model.h"

namespace folio {

/// The numbers that make a BERT.
struct BertConfig : nn::TransformerSizes {
  /// Throws Error (experiment) when there is no vocab_size.
  explicit BertConfig(const OptionValues& values) : TransformerSizes(nn::transformer_sizes(values)), options(values) {
    keeps_probabilities = attention_dropout > 0;
  }

  OptionValues options;
  std::int64_t token_types = options.integer("type_vocab_size");
  nn::Activation activation = nn::activation_from_string(options.text("hidden_act"));
  double hidden_dropout = options.number("hidden_dropout_prob");
  double attention_dropout = options.number("attention_probs_dropout_prob");
  double norm_epsilon = options.number("layer_norm_eps");
  nn::Initializer weight = nn::normal(options.number("initializer_range"));
};

/// BERT (Devlin et al. 2018) as transformers' BertForMaskedLM has it: names and order of the parameters, and results.
/// Where GPT sees only what stands before a token, BERT sees all tokens; its norms stand behind the blocks, and its
/// head looks only at the tokens that were masked. All tokens are of type 0: Folio's text is one segment.
class Bert : public nn::MaskedModel {
 public:
  static OptionTable options();
  static HuggingFaceClass hugging_face();

  /// Throws Error (experiment) when there is no vocab_size or the heads cannot share hidden_size.
  explicit Bert(const OptionValues& values);

  std::string config_json() const override;
  std::vector<std::string> usual_lora_layers() const override { return {"query", "value"}; }

 private:
  const nn::TransformerSizes& sizes() const override { return config_; }
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
