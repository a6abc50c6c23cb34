#pragma once

#include <cstdint>
#include <span>

#include "data/samples.h"
#include "folio/model.h"

namespace folio::data {

/// The causal objective: every token is to be said from those before it. Samples stand one a row, padded at the right
/// to the longest with token 0; padding is neither attended to nor scored, and neither is a row's last token, which has
/// none after it.
Batch causal_batch(const Samples& samples, std::span<const std::int64_t> indices);

}  // namespace folio::data
