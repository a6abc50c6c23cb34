#include "worker/model_outputs.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "formats/safetensors.h"

namespace folio::worker {
namespace {

constexpr std::int64_t kTokensAsked = 8;

at::Tensor beginning_of(const at::Tensor& tokens) {
  return tokens.defined() ? tokens.slice(1, 0, std::min(kTokensAsked, tokens.size(1))) : tokens;
}

std::string shape_of(c10::IntArrayRef shape) { return shape_text({shape.data(), shape.size()}); }

void require_shape(const std::string& name, const char* what, const at::Tensor& found, c10::IntArrayRef wanted,
                   const char* dimensions) {
  if (found.defined() && found.sizes() == wanted) return;
  throw Error(ErrorKind::plugin,
              fmt::format("{}: {} has the shape {}, expected {} ({})", name, what,
                          found.defined() ? shape_of(found.sizes()) : "of no tensor", shape_of(wanted), dimensions));
}

void require_float(const std::string& name, const char* what, const at::Tensor& found) {
  if (found.scalar_type() == at::kFloat) return;
  throw Error(ErrorKind::plugin, fmt::format("{}: {} is of the type {}, expected float32", name, what,
                                             c10::toString(found.scalar_type())));
}

/// Puts torch's random numbers back to where they were.
class RandomStateScope {
 public:
  RandomStateScope() : generator_(at::globalContext().defaultGenerator(at::kCPU)), state_(generator_.get_state()) {}
  ~RandomStateScope() {
    const std::lock_guard lock(generator_.mutex());
    generator_.set_state(state_);
  }
  RandomStateScope(const RandomStateScope&) = delete;
  RandomStateScope& operator=(const RandomStateScope&) = delete;

 private:
  at::Generator generator_;
  at::Tensor state_;
};

}  // namespace

void check_outputs(Model& model, const std::string& name, Batch batch, std::int64_t vocab_size) {
  const RandomStateScope random_state;
  for (at::Tensor* tokens : {&batch.input_ids, &batch.attention_mask, &batch.decoder_input_ids, &batch.labels})
    *tokens = beginning_of(*tokens);
  const std::int64_t scored = batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>();
  if (!nlohmann::json::parse(model.config_json(), nullptr, /*allow_exceptions=*/false).is_object())
    throw Error(ErrorKind::plugin, name + ": what config_json() gives is no JSON object");
  model.training(false);
  {
    const at::NoGradGuard no_grad;
    require_shape(name, "what logits() gives", model.logits(batch), {1, batch.labels.size(1), vocab_size},
                  "samples, tokens, vocab_size");
    if (scored > 0) {
      const at::Tensor losses = model.token_losses(batch);
      require_shape(name, "what token_losses() gives", losses, {scored}, "scored labels");
      require_float(name, "what token_losses() gives", losses);
    }
  }
  model.training(true);
  if (scored == 0) return;
  const at::Tensor loss = model.loss(batch, scored);
  require_shape(name, "what loss() gives", loss, {}, "a single number");
  require_float(name, "what loss() gives", loss);
  if (loss.requires_grad()) return;
  throw Error(ErrorKind::plugin, fmt::format("{}: what loss() gives has no gradient, so that nothing could be learned: "
                                             "expected it to be computed from parameters()",
                                             name));
}

}  // namespace folio::worker
