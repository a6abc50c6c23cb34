#pragma once

#include <cstdint>

#include "folio/model.h"
#include "train/precision_choice.h"

namespace folio::worker {

/// Measures what training this model on the processor reaches in both precisions, which take turns, in about a second.
/// Where a pass over some samples of the batch is short it fills the model's parameters and leaves them so.
train::PrecisionRates measure_precisions(Model& model, const BatchShape& shape, std::int64_t vocab_size);

}  // namespace folio::worker
