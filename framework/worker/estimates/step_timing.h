#pragma once

#include <array>
#include <cstdint>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/execution.h"

namespace folio::worker {

/// Seconds of one training step (forward, backward, optimizer) on a batch of this shape with random tokens below
/// `vocab_size`: the median of three after one that warms up. Fills the model's parameters and changes them.
double measured_step_seconds(Model& model, const BatchShape& shape, std::int64_t vocab_size,
                             const train::TrainingArguments& arguments, const train::Execution& execution);

/// Seconds of a forward and backward pass on the processor in float32 and in bfloat16: the best of those that fit, in
/// turns, into `seconds`, three of each at least, the first of which warms up. Where others took the processors
/// meanwhile it is the processor time, spread over the threads, so that they do not decide. Fills the model's
/// parameters.
std::array<double, 2> measured_pass_seconds(Model& model, const BatchShape& shape, std::int64_t vocab_size,
                                            double seconds);

}  // namespace folio::worker
