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

/// The numbers that make a DistilBERT.
struct DistilBertConfig : nn::TransformerSizes {
  /// Throws Error (experiment) when there is no vocab_size.
  explicit DistilBertConfig(const OptionValues& values)
      : TransformerSizes(nn::transformer_sizes(values)), options(values) {
    keeps_probabilities = attention_dropout > 0;
  }

  OptionValues options;
  bool sinusoidal_positions = options.boolean("sinusoidal_pos_embds");
  nn::Activation activation = nn::activation_from_string(options.text("hidden_act"));
  double dropout = options.number("dropout");
  double attention_dropout = options.number("attention_dropout");
  nn::Initializer weight = nn::normal(options.number("initializer_range"));
};

/// DistilBERT (Sanh et al. 2019) as transformers' DistilBertForMaskedLM has it: names and order of the parameters, and
/// results. It is BERT with half the layers, without token types, without dropout on what the attention adds, and
/// optionally with positions that begin as sines. It is trained from scratch here, not distilled from a BERT.
class DistilBert : public nn::MaskedModel {
 public:
  static OptionTable options();
  static HuggingFaceClass hugging_face();

  /// Throws Error (experiment) when there is no vocab_size or the heads cannot share hidden_size.
  explicit DistilBert(const OptionValues& values);

  std::string config_json() const override;
  std::vector<std::string> usual_lora_layers() const override { return {"q_lin", "v_lin"}; }

 private:
  const nn::TransformerSizes& sizes() const override { return config_; }
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
