// NewModel: the next token is scored from the mean of the embeddings so far. A small, complete model to start from; its
// computation is in hidden_states().

#include <ATen/core/Reduction.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/linear.h>

#include "folio/model.h"
#include "folio/plugin.h"
#include "nn/model_options.h"
#include "nn/parameters.h"

namespace {

/// Declared once: the check of experiments, `runner plugins show` and the defaults all come from this table.
folio::OptionTable options() {
  return {folio::nn::vocab_size_option(), folio::integer("hidden_size", 64).at_least(1).help("width of the embeddings"),
          folio::integer("max_length", 1024).at_least(1).unit("tokens").help("longest sequence")};
}

class NewModel : public folio::Model {
 public:
  explicit NewModel(const folio::OptionValues& values)
      : vocab_size_(folio::nn::vocab_size_of(values)),
        hidden_size_(values.integer("hidden_size")),
        max_length_(values.integer("max_length")),
        tokens_(parameters_.add("tokens.weight", {vocab_size_, hidden_size_}, folio::Part::embeddings,
                                folio::nn::normal(0.02))),
        mixing_(parameters_.add("mixing.weight", {hidden_size_, hidden_size_}, folio::Part::feed_forward,
                                folio::nn::normal(0.1))) {}

  const std::vector<folio::Parameter>& parameters() const override { return parameters_.list(); }
  void initialize() override { parameters_.initialize(); }
  void training(bool) override {}  // no dropout

  at::Tensor logits(const folio::Batch& batch) override {
    return at::linear(hidden_states(batch), tokens_);  // [batch, length, vocab_size]
  }

  /// The sum of the cross-entropies divided by `num_items`, so that gradient accumulation does not change it. The
  /// labels are already shifted.
  at::Tensor loss(const folio::Batch& batch, std::int64_t num_items) override {
    const at::Tensor scores = logits(batch).flatten(0, 1).to(at::kFloat);  // [batch * length, vocab_size]
    const at::Tensor sum =
        at::cross_entropy_loss(scores, batch.labels.flatten(), {}, at::Reduction::Sum, folio::kIgnoredLabel);
    return sum.div(static_cast<double>(num_items));
  }

  std::int64_t max_length() const override { return max_length_; }

  double activation_bytes(const folio::BatchShape& shape, int bytes_per_element) const override {
    return static_cast<double>(shape.batch * shape.length * (3 * hidden_size_ + vocab_size_)) * bytes_per_element;
  }

  /// Two operations for each multiply-add; the backward pass takes twice as many as the forward pass.
  double training_flops(const folio::BatchShape& shape) const override {
    return 6.0 * static_cast<double>(shape.batch * shape.length) *
           static_cast<double>(hidden_size_ * (hidden_size_ + vocab_size_));
  }

  std::string config_json() const override {
    return R"({"model_type": "new_model", "vocab_size": )" + std::to_string(vocab_size_) + R"(, "hidden_size": )" +
           std::to_string(hidden_size_) + "}\n";
  }

 private:
  at::Tensor hidden_states(const folio::Batch& batch) const {
    const at::Tensor embedded = at::embedding(tokens_, batch.input_ids);  // [batch, length, hidden]
    const std::int64_t length = embedded.size(1);
    const at::Tensor seen = at::arange(1, length + 1, embedded.options()).view({length, 1});
    const at::Tensor mean = at::cumsum(embedded, 1).div(seen);  // over this token and those before it
    return embedded.add(at::linear(mean, mixing_).tanh());
  }

  std::int64_t vocab_size_, hidden_size_, max_length_;
  folio::nn::ParameterSet parameters_;
  at::Tensor tokens_, mixing_;
};

}  // namespace

FOLIO_PLUGIN(
    "model", "new_model", .version = "0.1", .summary = "Each token from the mean of those before it",
    .options = options, .objective = "causal", .usual_tokenizer = "bpe",
    .make_model = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Model> {
      return std::make_unique<NewModel>(values);
    })
