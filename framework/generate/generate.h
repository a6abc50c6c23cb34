#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "folio/model.h"
#include "folio/tokenizer.h"

namespace folio::generate {

struct SamplingOptions {
  std::int64_t max_new_tokens = 100;
  double temperature = 1.0;  ///< 0: always the most probable token
  std::int64_t top_k = 0;    ///< only the k most probable tokens; 0: all
  double top_p = 1.0;        ///< only the most probable tokens that together have this probability
  std::uint64_t seed = 42;
};

/// Continues `prompt` with a causal model, token by token. Only ids below `vocab_size`, the tokenizer's, are chosen: a
/// model's vocabulary may be larger than what its tokenizer learned. Ends after max_new_tokens, or at `end_of_text`.
/// Once the text is longer than the model takes, its latest tokens count. `on_token` is called with each new id; where
/// it gives false, the text ends there.
std::vector<TokenId> generate(Model& model, std::span<const TokenId> prompt, std::int64_t vocab_size,
                              std::optional<TokenId> end_of_text, const SamplingOptions& options, c10::Device device,
                              const std::function<bool(TokenId)>& on_token);

}  // namespace folio::generate
