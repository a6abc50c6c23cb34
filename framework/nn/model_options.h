#pragma once

#include <cstdint>

#include "folio/options.h"

namespace folio::nn {

/// The option `vocab_size` as every model declares it, and its value. Throws Error (experiment) where there is none:
/// the experiment's is filled in from the tokenizer.
Option vocab_size_option();
std::int64_t vocab_size_of(const OptionValues& values);

/// Throws Error (experiment) naming both when `heads` do not divide `hidden_size`.
void check_heads(std::int64_t hidden_size, std::int64_t heads);

/// Throws Error (experiment) naming both when a sequence is longer than the model's positions.
void check_length(std::int64_t length, std::int64_t max_position_embeddings);

}  // namespace folio::nn
