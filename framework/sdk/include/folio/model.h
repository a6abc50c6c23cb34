#pragma once

#include <ATen/core/Reduction.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/squeeze.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "folio/objective.h"

namespace folio {

/// A few samples as inputs and labels for an objective. All tensors are on the model's device.
struct Batch {
  at::Tensor input_ids{};       ///< [batch, length] int64
  at::Tensor attention_mask{};  ///< [batch, length] bool, true where there is a token; undefined if all are tokens
  /// [batch, target_length] int64: what the decoder of an encoder-decoder model reads, which is the labels shifted
  /// right by one, after the padding token; undefined unless the objective is span corruption.
  at::Tensor decoder_input_ids{};
  /// [batch, length] int64 ([batch, target_length] for span corruption), kIgnoredLabel where nothing is predicted. For
  /// a causal model labels[b, t] is the token that follows input_ids[b, t]: the shift is made here, not in the model.
  at::Tensor labels{};
  /// How much of each label is spread evenly over the vocabulary, in [0, 1): epsilon in Szegedy et al. 2016 and in
  /// transformers' LabelSmoother. Only training sets it, and only if the model smooths_labels().
  double label_smoothing = 0;
};

/// What the cost of a batch depends on.
struct BatchShape {
  std::int64_t batch = 0;          ///< samples
  std::int64_t length = 0;         ///< tokens in each, including padding
  std::int64_t target_length = 0;  ///< tokens that the decoder of an encoder-decoder model reads; otherwise 0
  std::int64_t scored = 0;         ///< labels in total that are not kIgnoredLabel
};

/// The part of a model that a parameter belongs to, for counting parameters.
enum class Part { embeddings, attention, feed_forward, norms, head };

/// One learned tensor.
struct Parameter {
  std::string name;   ///< as Hugging Face's class of the model names it: "transformer.h.0.attn.c_attn.weight"
  at::Tensor tensor;  ///< float32, a leaf that requires its gradient until it is frozen
  Part part = Part::embeddings;
  bool decays = true;  ///< whether weight decay applies: not to biases and norms
  /// Saved and loaded with its two dimensions swapped: GPT-2's file format keeps linear weights as [in, out].
  bool transposed_in_file = false;
  bool of_adapter = false;  ///< added by Model::add_lora()
};

/// Low-rank adapters of linear layers (LoRA, Hu et al. 2021). The model's own weights stay as they are; what is learned
/// is, for each of the layers, A [rank, in] and B [out, rank], by which it adds scale() * B A dropout(input) to its
/// result. The terms are those of peft's LoraConfig (0.21).
struct Lora {
  std::int64_t rank = 8;  ///< `r` there
  double alpha = 8;
  double dropout = 0;                 ///< of the layer's input, before A; only in training
  bool rank_stabilized = false;       ///< `use_rslora`: the scale falls with the root of the rank
  std::vector<std::string> layers{};  ///< of Model::linear_layers()
  std::string base_model{};           ///< where the weights are from, as adapter_config.json is to say it

  double scale() const {
    const auto columns = static_cast<double>(rank);
    return alpha / (rank_stabilized ? std::sqrt(columns) : columns);
  }
};

/// A text that is being read and written token by token. It must not outlive its model, whose weights and
/// training(bool) must not change in the meantime.
class Decoding {
 public:
  virtual ~Decoding() = default;

  /// Reads the tokens [batch, length] int64 that follow those read so far; returns the logits for the token after the
  /// last one: [batch, vocab_size].
  virtual at::Tensor read(const at::Tensor& ids) = 0;
};

/// A model that the trainer drives. Used by one thread.
class Model {
 public:
  virtual ~Model() = default;

  /// All learned tensors, each once, in the order of Hugging Face's class. Memory is allocated but not filled until
  /// initialize() or a load.
  virtual const std::vector<Parameter>& parameters() const = 0;

  /// Fills the parameters as Hugging Face's class does, drawing from torch's default generator.
  virtual void initialize() = 0;

  /// Dropout is applied from training(true) on.
  virtual void training(bool on) = 0;

  /// The sum of the cross-entropies over the batch's labels, in nats, divided by `num_items`: a float32 scalar.
  /// `num_items` is the count of labels in all micro-batches of the optimizer step, so that accumulating changes
  /// nothing.
  virtual at::Tensor loss(const Batch& batch, std::int64_t num_items) = 0;

  /// Whether the labels of a training step, by whose number loss() divides, are counted before the shift: then each
  /// sample's first token counts too, though nothing predicts it, and over samples of L tokens the loss is (L - 1)/L
  /// of the mean over the labels. Hugging Face's Trainer (5.24) counts so for GPT2LMHeadModel, which has no loss_type.
  /// Of every other model the loss is that mean, as for LlamaForCausalLM.
  virtual bool counts_labels_before_shift() const { return false; }

  /// Whether loss() applies Batch::label_smoothing.
  virtual bool smooths_labels() const { return false; }

  /// What loss() adds up: the cross-entropy in nats of each label that is not kIgnoredLabel, row after row: float32
  /// [scored]. Batch::label_smoothing is not used, and there are no gradients.
  virtual at::Tensor token_losses(const Batch& batch) {
    const at::Tensor labels = batch.labels.flatten();
    const at::Tensor scored = labels.ne(kIgnoredLabel).nonzero().squeeze(1);
    const at::Tensor rows = logits(batch).flatten(0, 1).index_select(0, scored).to(at::kFloat);
    return at::cross_entropy_loss(rows, labels.index_select(0, scored), {}, at::Reduction::None);
  }

  /// [batch, length, vocab_size]; Batch::labels is not used.
  virtual at::Tensor logits(const Batch& batch) = 0;

  /// The logits at the last position only: [batch, vocab_size].
  virtual at::Tensor next_token_logits(const Batch& batch) { return logits(batch).select(1, -1); }

  /// Begins a text. `source` has the input_ids and attention_mask that an encoder reads; a causal model is given an
  /// empty batch. A model that caches what it has computed for the tokens so far overrides this; by default
  /// next_token_logits() gets all tokens again for each new one.
  virtual std::unique_ptr<Decoding> begin_decoding(const Batch& source);

  /// The longest sequence that it accepts, in tokens; the largest std::int64_t if there is no limit.
  virtual std::int64_t max_length() const = 0;

  /// Bytes that a training step keeps for its backward pass, estimated, in the precision given by `bytes_per_element`.
  virtual double activation_bytes(const BatchShape& shape, int bytes_per_element) const = 0;

  /// Floating-point operations of the matrix products in one forward and backward pass over a batch of this shape: two
  /// for each multiply-add, with the backward pass counted as twice the forward pass.
  virtual double training_flops(const BatchShape& shape) const = 0;

  /// The config.json of Hugging Face's class.
  virtual std::string config_json() const = 0;

  /// The linear layers that can have a low-rank adapter, by the names of these modules in Hugging Face's class
  /// ("transformer.h.0.attn.c_attn"), in its order; the head is none of them. A model that names none cannot have
  /// adapters.
  virtual std::vector<std::string> linear_layers() const { return {}; }

  /// The ends of the names of those that usually have one: peft's choice for the class.
  virtual std::vector<std::string> usual_lora_layers() const { return {}; }

  /// Puts an adapter on each of lora.layers, with A as peft fills it, from torch's default generator, and B zeros;
  /// freezes all other parameters. Those of an adapter follow its layer's in parameters(), named like it with
  /// ".lora_A.weight" and ".lora_B.weight". Called at most once, before any loss, with names of linear_layers() alone.
  virtual void add_lora(const Lora& lora);

  /// What add_lora() was given; null before.
  virtual const Lora* lora() const { return nullptr; }
};

/// See Model::begin_decoding().
class RecomputingDecoding : public Decoding {
 public:
  RecomputingDecoding(Model& model, Batch source) : model_(model), batch_(std::move(source)) {}

  at::Tensor read(const at::Tensor& ids) override {
    ids_ = ids_.defined() ? at::cat({ids_, ids}, 1) : ids;
    (has_source_ ? batch_.decoder_input_ids : batch_.input_ids) = ids_;
    return model_.next_token_logits(batch_);
  }

 private:
  Model& model_;
  Batch batch_;
  bool has_source_ = batch_.input_ids.defined();
  at::Tensor ids_;
};

inline void Model::add_lora(const Lora&) { throw std::logic_error("a model without linear_layers() has no adapters"); }

inline std::unique_ptr<Decoding> Model::begin_decoding(const Batch& source) {
  return std::make_unique<RecomputingDecoding>(*this, source);
}

}  // namespace folio
