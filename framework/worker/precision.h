#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/execution.h"

namespace folio::worker {

/// The device and the precision that a run takes.
struct ChosenExecution {
  train::Execution execution;
  std::string reason;  ///< why `precision: auto` took it; empty where the experiment names the precision
  /// For a run's environment where it was chosen: precision_reason, and on a processor float32_flops_per_second,
  /// bfloat16_flops_per_second, precision_was_cached.
  nlohmann::json record = nlohmann::json::object();
};

/// A training batch, of which the model tells what it costs.
struct TrainingBatch {
  std::int64_t length = 0;                               ///< tokens of a usual sample
  std::function<BatchShape(std::int64_t length)> shape;  ///< of a batch of samples of this length
  std::int64_t vocab_size = 0;
};

/// What `device` and `precision` come to on this machine and for this model. `precision: auto` on a processor: both
/// precisions are measured, in about a second, unless the cache (support/cache.h, kind "precision") has what was
/// measured for an equal model and batch on an equal machine. A batch's length is rounded for that, so that one that
/// was estimated before the run gives the run's. Where a pass over the batch, or over some samples of it, is short,
/// passes of the model are measured, for which its parameters are filled; else its products and the casts around them.
///
/// Of two processes that measure at once both take what the first one kept, so that runs of one experiment have one
/// precision. Throws Error (experiment) as train::choose_device() does.
ChosenExecution choose_execution(const train::TrainingArguments& arguments, Model& model, const TrainingBatch& batch);

/// The line for a person: "Precision: bfloat16, since ..."; empty where nothing was chosen.
std::string precision_line(const ChosenExecution& chosen);

}  // namespace folio::worker
