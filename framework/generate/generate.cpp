#include "generate/generate.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/max.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "folio/error.h"

namespace folio::generate {
namespace {

/// Chooses from logits [vocab_size] in float32 on the CPU.
TokenId choose(const at::Tensor& logits, const SamplingOptions& options, const at::Generator& generator) {
  if (!at::isfinite(logits.max()).item<bool>())  // which is NaN where one of them is
    throw Error(ErrorKind::run,
                "the model gives a next token that is no number (NaN or infinite): its training failed, "
                "or its weights are damaged");
  if (options.temperature == 0) return static_cast<TokenId>(logits.argmax().item<std::int64_t>());
  auto [sorted, ids] = at::sort(logits.div(options.temperature), /*dim=*/0, /*descending=*/true);
  if (options.top_k > 0 && options.top_k < sorted.size(0)) sorted = sorted.narrow(0, 0, options.top_k);
  at::Tensor probabilities = at::softmax(sorted, 0);
  if (options.top_p < 1) {
    // A token stays while those before it have less than top_p together, so the first one always does.
    const at::Tensor before = probabilities.cumsum(0).sub(probabilities);
    probabilities = probabilities.masked_fill(before.ge(options.top_p), 0);
  }
  const at::Tensor place = at::multinomial(probabilities, 1, /*replacement=*/false, generator);
  return static_cast<TokenId>(ids.select(0, place.item<std::int64_t>()).item<std::int64_t>());
}

at::Tensor input_tensor(std::span<const TokenId> ids, c10::Device device) {
  const std::vector<std::int64_t> row(ids.begin(), ids.end());
  return at::tensor(row, at::kLong).view({1, static_cast<std::int64_t>(row.size())}).to(device);
}

/// Says what follows a text that grows. Each new token is read once, as long as the text is no longer than the model
/// takes; from then on every place in the text shifts with each token, and all that it takes is read anew.
class Continuation {
 public:
  Continuation(Model& model, c10::Device device) : model_(model), device_(device) {}

  /// The logits after `ids`, which begin with those of the call before.
  at::Tensor next(std::span<const TokenId> ids) {
    const auto longest = static_cast<std::size_t>(model_.max_length());
    if (!decoding_ || ids.size() > longest) {
      decoding_ = model_.begin_decoding({});
      read_ = ids.size() - std::min(ids.size(), longest);
    }
    const at::Tensor logits = decoding_->read(input_tensor(ids.subspan(read_), device_));
    read_ = ids.size();
    return logits.select(0, 0).to(at::kCPU, at::kFloat);
  }

 private:
  Model& model_;
  c10::Device device_;
  std::unique_ptr<Decoding> decoding_;
  std::size_t read_ = 0;
};

}  // namespace

std::vector<TokenId> generate(Model& model, std::span<const TokenId> prompt, std::int64_t vocab_size,
                              std::optional<TokenId> end_of_text, const SamplingOptions& options, c10::Device device,
                              const std::function<bool(TokenId)>& on_token) {
  const at::NoGradGuard no_grad;
  model.training(false);
  const at::Generator generator = at::detail::createCPUGenerator(options.seed);
  std::vector<TokenId> ids(prompt.begin(), prompt.end());
  std::vector<TokenId> generated;
  Continuation continuation(model, device);
  while (static_cast<std::int64_t>(generated.size()) < options.max_new_tokens) {
    const at::Tensor logits = continuation.next(ids);
    const TokenId id = choose(logits.narrow(0, 0, std::min(vocab_size, logits.size(0))), options, generator);
    if (end_of_text && id == *end_of_text) break;
    ids.push_back(id);
    generated.push_back(id);
    if (!on_token(id)) break;
  }
  return generated;
}

}  // namespace folio::generate
