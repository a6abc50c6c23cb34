#include "worker/sample_text.h"

#include <algorithm>

#include "generate/generate.h"
#include "generate/infill.h"

namespace folio::worker {
namespace {

SampleText continued(Model& model, const Tokenizer& tokenizer, const std::vector<TokenId>& prompt, c10::Device device) {
  generate::SamplingOptions options;
  options.max_new_tokens = 60;
  options.temperature = 0.8;
  options.top_k = 50;
  const auto ids =
      generate::generate(model, prompt, tokenizer.vocab_size(), tokenizer.special_token_id(SpecialToken::end_of_text),
                         options, device, [](TokenId) { return true; });
  return {tokenizer.decode(prompt, true), tokenizer.decode(ids, true)};
}

/// The one row of the evaluation's batch of this sample.
Batch batch_of(const data::Collator& collator, const std::vector<TokenId>& sample) {
  const std::vector<std::int64_t> first{0};
  return collator.collate(data::Samples::of({sample}), first, data::kEvaluation);
}

std::vector<TokenId> row_of(const at::Tensor& tensor) {
  const auto* values = tensor.const_data_ptr<std::int64_t>();
  return {values, values + tensor.numel()};
}

SampleText filled(Model& model, const Tokenizer& tokenizer, const data::Collator& collator,
                  const std::vector<TokenId>& sample, c10::Device device) {
  const Batch batch = batch_of(collator, sample);
  std::vector<TokenId> masked = row_of(batch.input_ids);
  const std::vector<TokenId> labels = row_of(batch.labels);
  const TokenId mask = *tokenizer.special_token_id(SpecialToken::mask);
  for (std::size_t i = 0; i < masked.size(); ++i)
    if (labels[i] != kIgnoredLabel) masked[i] = mask;
  const std::vector<TokenId> whole = generate::fill_masks(model, masked, mask, tokenizer.vocab_size(), device);
  const auto is_edge = [&](TokenId id) {
    return id == tokenizer.special_token_id(SpecialToken::classification) ||
           id == tokenizer.special_token_id(SpecialToken::separator);
  };
  std::erase_if(masked, is_edge);
  return {tokenizer.decode(masked, false) + "\n", tokenizer.decode(whole, true)};
}

SampleText spans(Model& model, const Tokenizer& tokenizer, const data::Collator& collator,
                 const std::vector<TokenId>& sample, c10::Device device) {
  const Batch batch = batch_of(collator, sample);
  const TokenId end = *tokenizer.special_token_id(SpecialToken::end_of_text);
  std::vector<TokenId> corrupted = row_of(batch.input_ids);
  const auto said = generate::say_spans(model, corrupted, *tokenizer.special_token_id(SpecialToken::padding), end,
                                        2 * batch.labels.numel(), tokenizer.vocab_size(), device);
  std::erase(corrupted, end);
  return {tokenizer.decode(corrupted, false) + "\n", tokenizer.decode(said, false)};
}

}  // namespace

SampleText sample_text(const Job& job, Model& model, const Tokenizer& tokenizer, const data::Collator& collator,
                       std::vector<TokenId> sample, c10::Device device) {
  constexpr std::size_t kPromptTokens = 12;
  constexpr std::size_t kFilledTokens = 40;
  const bool causal = job.objective() == Objective::causal;
  sample.resize(std::min(causal ? kPromptTokens : kFilledTokens, sample.size()));
  switch (job.objective()) {
    case Objective::causal:
      break;
    case Objective::masked:
      return filled(model, tokenizer, collator, sample, device);
    case Objective::span_corruption:
      return spans(model, tokenizer, collator, sample, device);
  }
  return continued(model, tokenizer, sample, device);
}

}  // namespace folio::worker
