#include "train/training_plan.h"

#include <algorithm>
#include <cmath>

#include "folio/error.h"
#include "support/human.h"

namespace folio::train {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

constexpr double kMostSteps = 9007199254740992;  // 2^53: a double counts them one by one

}  // namespace

std::int64_t TrainingPlan::steps(double share_or_steps) const {
  if (share_or_steps >= 1) return static_cast<std::int64_t>(std::min(share_or_steps, kMostSteps));
  return std::max<std::int64_t>(1, std::llround(std::ceil(share_or_steps * static_cast<double>(max_steps))));
}

bool evaluates_after(const TrainingPlan& plan, const TrainingArguments& arguments, std::int64_t step) {
  if (arguments.eval_strategy != Interval::steps || static_cast<double>(step) < arguments.eval_delay) return false;
  return step % plan.steps(arguments.eval_steps) == 0 || step == plan.max_steps;
}

std::int64_t planned_evaluations(const TrainingPlan& plan, const TrainingArguments& arguments) {
  std::int64_t evaluations = 0;
  if (arguments.eval_strategy == Interval::steps) {
    const std::int64_t every = plan.steps(arguments.eval_steps);
    const double too_early = std::clamp(std::ceil(arguments.eval_delay) - 1, 0.0, static_cast<double>(plan.max_steps));
    evaluations = plan.max_steps / every - static_cast<std::int64_t>(too_early) / every;
    if (plan.max_steps % every != 0 && evaluates_after(plan, arguments, plan.max_steps)) ++evaluations;
  } else if (arguments.eval_strategy == Interval::epoch) {
    for (std::int64_t epoch = 1; epoch <= plan.epochs; ++epoch) {
      const std::int64_t updates = plan.max_steps - (epoch - 1) * plan.updates_per_epoch;  // left for it
      const double batches = static_cast<double>(updates) * static_cast<double>(arguments.gradient_accumulation_steps);
      const double done = std::min(1.0, batches / static_cast<double>(plan.batches_per_epoch));
      if (arguments.eval_delay <= static_cast<double>(epoch - 1) + done) ++evaluations;
    }
  }
  const bool again = evaluations == 0 || arguments.load_best_model_at_end;  // of the model that is handed out
  return evaluations + (again ? 1 : 0) + (arguments.eval_on_start ? 1 : 0);
}

TrainingPlan plan_training(const TrainingArguments& arguments, std::int64_t samples) {
  if (samples == 0) throw Error(ErrorKind::experiment, "the data has no samples: there is nothing to train on");
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
    plan.train_samples = static_cast<double>(plan.max_steps) *
                         static_cast<double>(arguments.per_device_train_batch_size) * static_cast<double>(accumulation);
  } else {
    if (arguments.num_train_epochs * static_cast<double>(plan.updates_per_epoch) > kMostSteps) {
      throw Error(ErrorKind::experiment,
                  "training.num_train_epochs is " + significant(arguments.num_train_epochs) +
                      ", which makes more steps than can be counted: expected fewer epochs, or training.max_steps");
    }
    plan.max_steps = std::llround(std::ceil(arguments.num_train_epochs * static_cast<double>(plan.updates_per_epoch)));
    plan.epochs = std::llround(std::ceil(arguments.num_train_epochs));
    plan.train_samples = static_cast<double>(samples) * arguments.num_train_epochs;
  }
  if (plan.max_steps == 0)
    throw Error(ErrorKind::experiment, "training.num_train_epochs is 0, expected more: there would be no training");
  return plan;
}

}  // namespace folio::train
