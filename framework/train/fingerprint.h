#pragma once

#include <cstdint>
#include <span>

#include "folio/model.h"

namespace folio::train {

/// Hashes for training.trace: equal where the bits are equal, different else but for chance (2^-64).

/// Of the inputs, labels and masks of a step's batches.
std::uint64_t hash_of(std::span<const Batch> batches);

/// Of the state of torch's default generator on the processor, from which all random numbers of a run come.
std::uint64_t hash_of_random_state();

}  // namespace folio::train
