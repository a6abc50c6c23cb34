#pragma once

#include <cstdint>

#include "train/arguments.h"
#include "train/training_plan.h"

namespace folio::train {

/// The learning rate of each step, as transformers' get_scheduler has it.
class Schedule {
 public:
  Schedule(const TrainingArguments& arguments, const TrainingPlan& plan);

  /// The learning rate of step `step`, counted from 0.
  double learning_rate(std::int64_t step) const;

 private:
  ScheduleType type_;
  double peak_;
  double warmup_;
  double total_;
};

}  // namespace folio::train
