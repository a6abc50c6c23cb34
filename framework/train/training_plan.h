#pragma once

#include <cstdint>

#include "train/arguments.h"

namespace folio::train {

/// How much work a run is, counted as Hugging Face's Trainer counts it.
struct TrainingPlan {
  std::int64_t samples;            ///< of an epoch
  std::int64_t batch_size;         ///< per_device_train_batch_size, or all samples where they are fewer
  std::int64_t batches_per_epoch;  ///< M = ceil(samples / batch_size), floor with dataloader_drop_last
  std::int64_t updates_per_epoch;  ///< U = max(1, ceil(M / accumulation))
  std::int64_t epochs;             ///< begun, the last one perhaps not finished
  std::int64_t max_steps;          ///< S: optimizer steps in all
  double train_samples;  ///< N: samples that the Trainer counts for all steps: every batch as full as was asked for

  /// `share_or_steps` of an interval as a number of steps: below 1 it is a share of all steps, rounded up.
  std::int64_t steps(double share_or_steps) const;
};

/// Whether training.eval_strategy 'steps' evaluates after step `step`, counted from 1: every eval_steps and after the
/// last one, but not before eval_delay.
bool evaluates_after(const TrainingPlan& plan, const TrainingArguments& arguments, std::int64_t step);

/// How often a run that goes to its end evaluates the evaluation set; at most, since the best model may be the last
/// one, which is not evaluated again.
std::int64_t planned_evaluations(const TrainingPlan& plan, const TrainingArguments& arguments);

/// A batch that is larger than the data becomes one of all samples. Throws Error (experiment) when there is nothing to
/// do.
TrainingPlan plan_training(const TrainingArguments& arguments, std::int64_t samples);

}  // namespace folio::train
