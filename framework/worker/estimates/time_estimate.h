#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/execution.h"
#include "train/training_plan.h"

namespace folio::worker {

/// How long a run will take here, in seconds from `low` to `high`.
struct TimeEstimate {
  double training_low = 0, training_high = 0;
  double evaluation_low = 0, evaluation_high = 0;  ///< of all evaluations together
  std::int64_t evaluations = 0;
  bool measured =
      false;  ///< on a few steps with random tokens; else from the model's operations and the machine's rate
};

/// `shape` is that of a training batch. A model whose steps are short is trained for a few steps with random tokens,
/// which changes its parameters; of one whose steps are long the operations of a step are held against the rate of a
/// matrix product, of which training reaches a share.
TimeEstimate estimate_time(Model& model, const BatchShape& shape, std::int64_t vocab_size, std::int64_t eval_samples,
                           const train::TrainingPlan& plan, const train::TrainingArguments& arguments,
                           const train::Execution& execution);

nlohmann::json to_json(const TimeEstimate& estimate);

}  // namespace folio::worker
