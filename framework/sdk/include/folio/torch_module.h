#pragma once

/// For a model that is written with torch::nn modules: folio::TorchModule turns it into a folio::Model. Include this
/// only in that plugin's source, since torch's module headers take many seconds to compile.

#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/nn/module.h>

#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "folio/model.h"

namespace folio {

/// A model around `Net`, a torch::nn::Module that registers all its parameters and has
///
///   at::Tensor forward(const at::Tensor& input_ids, const at::Tensor& attention_mask);
///
/// which returns the logits, [batch, length, vocab_size]. The ids are [batch, length] int64; the mask is undefined if
/// all ids are tokens, otherwise [batch, length] bool. It supports the objectives causal and masked. A Net fills its
/// parameters in its constructor, from torch's default generator, as torch's modules do.
template <typename Net>
class TorchModule : public Model {
 public:
  struct About {
    std::string config_json = "{}";                                      ///< what a reader of the saved model must know
    std::int64_t max_length = std::numeric_limits<std::int64_t>::max();  ///< the longest sequence, in tokens
  };

  TorchModule(std::shared_ptr<Net> net, About about) : net_(std::move(net)), about_(std::move(about)) {
    std::unordered_set<const void*> seen;  // a tensor that is registered twice is tied, and counts once
    for (const auto& item : net_->named_parameters()) {
      if (!seen.insert(item.value().unsafeGetTensorImpl()).second) continue;
      parameters_.push_back(
          {.name = item.key(), .tensor = item.value(), .part = part_of(item.key()), .decays = item.value().dim() > 1});
    }
  }

  const std::vector<Parameter>& parameters() const override { return parameters_; }
  void initialize() override {}  // the constructor of Net did it
  void training(bool on) override { net_->train(on); }

  at::Tensor logits(const Batch& batch) override {
    // The trainer moves parameters to the device; buffers are left to the module.
    for (at::Tensor& buffer : net_->buffers())
      if (buffer.device() != batch.input_ids.device()) buffer.set_data(buffer.to(batch.input_ids.device()));
    return net_->forward(batch.input_ids, batch.attention_mask);
  }

  at::Tensor loss(const Batch& batch, std::int64_t num_items) override {
    const at::Tensor scores = logits(batch).flatten(0, 1).to(at::kFloat);  // [batch * length, vocab_size]
    return at::cross_entropy_loss(scores, batch.labels.flatten(), {}, at::Reduction::Sum, kIgnoredLabel)
        .div(static_cast<double>(num_items));
  }

  std::int64_t max_length() const override { return about_.max_length; }

  /// As if every matrix that is not an embedding were used once for each token, and its input and result were kept.
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override {
    double elements = 0;
    for (const at::Tensor& matrix : matrices()) elements += static_cast<double>(matrix.size(0) + matrix.size(1));
    return static_cast<double>(shape.batch * shape.length) * elements * bytes_per_element;
  }

  /// As if every matrix that is not an embedding were used once for each token; the products inside attention are left
  /// out.
  double training_flops(const BatchShape& shape) const override {
    double weights = 0;
    for (const at::Tensor& matrix : matrices()) weights += static_cast<double>(matrix.numel());
    return 6 * static_cast<double>(shape.batch * shape.length) * weights;
  }

  std::string config_json() const override { return about_.config_json; }

 private:
  /// Guessed from the usual names of modules.
  static Part part_of(const std::string& name) {
    const auto has = [&](const char* word) { return name.find(word) != std::string::npos; };
    if (has("norm") || has("ln_")) return Part::norms;
    if (has("emb") || has("wte") || has("wpe")) return Part::embeddings;
    if (has("attn") || has("attention")) return Part::attention;
    return has("head") ? Part::head : Part::feed_forward;
  }

  std::vector<at::Tensor> matrices() const {
    std::vector<at::Tensor> found;
    for (const Parameter& parameter : parameters_)
      if (parameter.part != Part::embeddings && parameter.tensor.dim() == 2) found.push_back(parameter.tensor);
    return found;
  }

  std::shared_ptr<Net> net_;
  About about_;
  std::vector<Parameter> parameters_;
};

}  // namespace folio
