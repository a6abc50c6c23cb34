#pragma once

#include <cstdint>

#include "train/arguments.h"

namespace folio::train {

/// How much work a run is, counted as Hugging Face's Trainer counts it.
struct TrainingPlan {
  std::int64_t samples;            ///< of an epoch
  std::int64_t batch_size;         ///< B: per_device_train_batch_size, or all samples where they are fewer
  std::int64_t batches_per_epoch;  ///< M = ceil(samples / B), floor with dataloader_drop_last
  std::int64_t updates_per_epoch;  ///< U = max(1, ceil(M / accumulation))
  std::int64_t epochs;             ///< begun, the last one perhaps not finished
  std::int64_t max_steps;          ///< S: optimizer steps in all
  double train_samples;            ///< N: samples that train_samples_per_second counts

  /// `share_or_steps` of an interval as a number of steps: below 1 it is a share of all steps, rounded up.
  std::int64_t steps(double share_or_steps) const;
};

/// A batch that is larger than the data becomes one of all samples. Throws Error (experiment) when there is nothing to
/// do.
TrainingPlan plan_training(const TrainingArguments& arguments, std::int64_t samples);

}  // namespace folio::train
