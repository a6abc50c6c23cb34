#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/options.h"
#include "nn/layers/embedding.h"
#include "nn/layers/tied_head.h"
#include "nn/models/model_base.h"
#include "stack.h"

namespace folio {

/// T5 (Raffel et al. 2020) as transformers' T5ForConditionalGeneration has it: names and order of the parameters, and
/// results. Version 1.1 is `feed_forward_proj: gated-gelu` and `tie_word_embeddings: false`.
class T5 : public nn::ModelBase {
 public:
  static OptionTable options();
  static HuggingFaceClass hugging_face();

  explicit T5(const OptionValues& values);

  at::Tensor loss(const Batch& batch, std::int64_t num_items) override;
  bool smooths_labels() const override { return true; }
  at::Tensor token_losses(const Batch& batch) override;
  at::Tensor logits(const Batch& batch) override;
  at::Tensor next_token_logits(const Batch& batch) override;
  std::unique_ptr<Decoding> begin_decoding(const Batch& source) override;
  /// Relative positions have no end.
  std::int64_t max_length() const override { return std::numeric_limits<std::int64_t>::max(); }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override;
  double training_flops(const BatchShape& shape) const override;
  std::string config_json() const override;
  std::vector<std::string> usual_lora_layers() const override { return {"q", "v"}; }

 private:
  /// The encoder's result [batch, length, hidden].
  at::Tensor encode(const Batch& batch) const;

  /// What the head is put on: [batch, target_length, hidden]. Throws Error (experiment) without decoder_input_ids.
  at::Tensor hidden_states(const Batch& batch) const;

  /// Of decoder tokens that look at the source.
  at::Tensor decode(const at::Tensor& ids, T5Pass pass) const;

  T5Config config_;
  nn::Embedding tokens_;
  T5Stack encoder_;
  T5Stack decoder_;
  nn::TiedHead head_;
};

}  // namespace folio
