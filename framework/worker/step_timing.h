#pragma once

#include "folio/model.h"
#include "train/arguments.h"
#include "train/execution.h"

namespace folio::worker {

/// Seconds of one training step (forward, backward, optimizer) on a batch of this shape with random tokens below
/// `vocab_size`: the median of three after one that warms up. Fills the model's parameters and changes them.
double measured_step_seconds(Model& model, const BatchShape& shape, std::int64_t vocab_size,
                             const train::TrainingArguments& arguments, const train::Execution& execution);

}  // namespace folio::worker
