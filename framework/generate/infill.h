#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "folio/model.h"
#include "folio/tokenizer.h"

namespace folio::generate {

/// `ids` with the most probable token of a masked model in the place of each `mask`. Only ids below `vocab_size`, the
/// tokenizer's, are chosen, and not the mask itself.
std::vector<TokenId> fill_masks(Model& model, std::span<const TokenId> ids, TokenId mask, std::int64_t vocab_size,
                                c10::Device device);

/// What a model with encoder and decoder says of `ids`, the most probable token each time, from `start` until `end` or
/// for `max_new_tokens`; neither of the two is in the result.
std::vector<TokenId> say_spans(Model& model, std::span<const TokenId> ids, TokenId start, TokenId end,
                               std::int64_t max_new_tokens, std::int64_t vocab_size, c10::Device device);

}  // namespace folio::generate
