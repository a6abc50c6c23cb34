#include "generate/infill.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace folio::generate {
namespace {

/// [1, length]
at::Tensor row(std::span<const TokenId> ids, c10::Device device) {
  const std::vector<std::int64_t> values(ids.begin(), ids.end());
  return at::tensor(values, at::kLong).unsqueeze(0).to(device);
}

}  // namespace

std::vector<TokenId> fill_masks(Model& model, std::span<const TokenId> ids, TokenId mask, std::int64_t vocab_size,
                                c10::Device device) {
  const at::NoGradGuard no_grad;
  model.training(false);
  Batch batch;
  batch.input_ids = row(ids, device);
  at::Tensor logits = model.logits(batch).select(0, 0).to(at::kCPU, at::kFloat);  // [length, vocabulary]
  logits = logits.narrow(1, 0, std::min(vocab_size, logits.size(1)));
  logits.select(1, mask).fill_(-std::numeric_limits<float>::infinity());
  const at::Tensor best = logits.argmax(1);
  std::vector<TokenId> filled(ids.begin(), ids.end());
  for (std::size_t i = 0; i < filled.size(); ++i)
    if (filled[i] == mask) filled[i] = static_cast<TokenId>(best.const_data_ptr<std::int64_t>()[i]);
  return filled;
}

std::vector<TokenId> say_spans(Model& model, std::span<const TokenId> ids, TokenId start, TokenId end,
                               std::int64_t max_new_tokens, std::int64_t vocab_size, c10::Device device) {
  const at::NoGradGuard no_grad;
  model.training(false);
  Batch source;
  source.input_ids = row(ids, device);
  const std::unique_ptr<Decoding> decoding = model.begin_decoding(source);
  std::vector<TokenId> said;
  TokenId latest = start;
  while (static_cast<std::int64_t>(said.size()) < max_new_tokens) {
    const at::Tensor logits = decoding->read(row(std::span(&latest, 1), device)).select(0, 0).to(at::kCPU, at::kFloat);
    latest =
        static_cast<TokenId>(logits.narrow(0, 0, std::min(vocab_size, logits.size(0))).argmax().item<std::int64_t>());
    if (latest == end) break;
    said.push_back(latest);
  }
  return said;
}

}  // namespace folio::generate
