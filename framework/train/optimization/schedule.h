#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "train/arguments.h"
#include "train/training_plan.h"

namespace folio::train {

/// The learning rate of each step, as transformers' get_scheduler (5.24) has it: `learning_rate` times a factor that
/// depends on the step alone, or, for reduce_lr_on_plateau, a rate that evaluations lower.
class Schedule {
 public:
  Schedule(const TrainingArguments& arguments, const TrainingPlan& plan);

  /// The learning rate of step `step`, counted from 0.
  double learning_rate(std::int64_t step) const;

  /// After each evaluation: the value of metric_for_best_model. Only reduce_lr_on_plateau heeds it (torch's
  /// ReduceLROnPlateau, of which less is better).
  void evaluated(double metric);

  /// What evaluations have made of it, for a checkpoint, and back.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  double factor(double step) const;
  double warmup_factor(double step) const;
  double stable_or_decay_factor(double step) const;

  ScheduleOptions options_;
  double peak_;
  double warmup_;
  double total_;

  // Of reduce_lr_on_plateau.
  double plateau_rate_;
  double best_ = std::numeric_limits<double>::infinity();
  double bad_evaluations_ = 0, cooldown_left_ = 0;
};

}  // namespace folio::train
