#include "train/training_plan.h"

#include <algorithm>
#include <cmath>

#include "folio/error.h"

namespace folio::train {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::int64_t TrainingPlan::steps(double share_or_steps) const {
  if (share_or_steps >= 1) return static_cast<std::int64_t>(share_or_steps);
  return std::max<std::int64_t>(1, std::llround(std::ceil(share_or_steps * static_cast<double>(max_steps))));
}

TrainingPlan plan_training(const TrainingArguments& arguments, std::int64_t samples) {
  if (samples == 0) throw Error(ErrorKind::experiment, "the data give no sample: there is nothing to train on");
  const std::int64_t batch = std::min(arguments.per_device_train_batch_size, samples);
  const std::int64_t accumulation = arguments.gradient_accumulation_steps;
  TrainingPlan plan;
  plan.samples = samples;
  plan.batch_size = batch;
  plan.batches_per_epoch = arguments.dataloader_drop_last ? samples / batch : ceil_divide(samples, batch);
  plan.updates_per_epoch = std::max<std::int64_t>(1, ceil_divide(plan.batches_per_epoch, accumulation));
  if (arguments.max_steps > 0) {
    plan.max_steps = arguments.max_steps;
    plan.epochs = ceil_divide(plan.max_steps, plan.updates_per_epoch);
    plan.train_samples = static_cast<double>(plan.max_steps * batch * accumulation);
  } else {
    plan.max_steps = std::llround(std::ceil(arguments.num_train_epochs * static_cast<double>(plan.updates_per_epoch)));
    plan.epochs = std::llround(std::ceil(arguments.num_train_epochs));
    plan.train_samples = static_cast<double>(samples) * arguments.num_train_epochs;
  }
  if (plan.max_steps == 0)
    throw Error(ErrorKind::experiment, "training.num_train_epochs is 0, expected more: there is nothing to train");
  return plan;
}

}  // namespace folio::train
