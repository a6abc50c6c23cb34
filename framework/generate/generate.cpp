#include "generate/generate.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace folio::generate {
namespace {

/// Chooses from logits [vocab_size] in float32 on the CPU.
TokenId choose(const at::Tensor& logits, const SamplingOptions& options, const at::Generator& generator) {
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

at::Tensor input_tensor(const std::vector<TokenId>& ids, std::int64_t longest, c10::Device device) {
  const auto length = std::min(static_cast<std::int64_t>(ids.size()), longest);
  const std::vector<std::int64_t> latest(ids.end() - length, ids.end());
  return at::tensor(latest, at::kLong).view({1, length}).to(device);
}

}  // namespace

std::vector<TokenId> generate(Model& model, std::span<const TokenId> prompt, std::int64_t vocab_size,
                              std::optional<TokenId> end_of_text, const SamplingOptions& options, c10::Device device,
                              const std::function<void(TokenId)>& on_token) {
  const at::NoGradGuard no_grad;
  model.training(false);
  const at::Generator generator = at::detail::createCPUGenerator(options.seed);
  std::vector<TokenId> ids(prompt.begin(), prompt.end());
  std::vector<TokenId> generated;
  while (static_cast<std::int64_t>(generated.size()) < options.max_new_tokens) {
    Batch batch;
    batch.input_ids = input_tensor(ids, model.max_length(), device);
    const at::Tensor logits = model.next_token_logits(batch).select(0, 0).to(at::kCPU, at::kFloat);
    const TokenId id = choose(logits.narrow(0, 0, std::min(vocab_size, logits.size(0))), options, generator);
    if (end_of_text && id == *end_of_text) break;
    ids.push_back(id);
    generated.push_back(id);
    on_token(id);
  }
  return generated;
}

}  // namespace folio::generate
