#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folio/options.h"

namespace folio::train {

/// transformers' SchedulerType (5.24), but for `greedy`.
enum class ScheduleType {
  linear,
  cosine,
  cosine_with_restarts,
  polynomial,
  constant,
  constant_with_warmup,
  inverse_sqrt,
  reduce_lr_on_plateau,
  cosine_with_min_lr,
  cosine_warmup_with_min_lr,
  warmup_stable_decay,
};

/// lr_scheduler_type and lr_scheduler_kwargs. What the type does not use has transformers' default, or zero.
struct ScheduleOptions {
  ScheduleType type = ScheduleType::linear;
  double num_cycles = 0;                   ///< waves of a cosine, or its restarts
  double lr_end = 0;                       ///< of polynomial: a learning rate
  double power = 1;                        ///< of polynomial
  std::optional<double> timescale;         ///< of inverse_sqrt, in steps; absent: those of the warm-up, or 10,000
  double min_lr_rate = 0;                  ///< the lowest learning rate as a share of the highest
  std::optional<double> warmup_lr_rate;    ///< of cosine_warmup_with_min_lr: its first learning rate, as such a share
  double num_decay_steps = 0;              ///< of warmup_stable_decay
  std::optional<double> num_stable_steps;  ///< absent: what warm-up and decay leave
  std::string warmup_type, decay_type;     ///< linear, cosine, 1-sqrt
  double min_lr = 0;                       ///< of reduce_lr_on_plateau, as are those that follow
  double factor = 0, threshold = 0, eps = 0;
  bool threshold_is_relative = true;
  double patience = 0, cooldown = 0;  ///< evaluations
};

/// `lr_scheduler_type`, and each `lr_scheduler_kwargs.<keyword>`.
std::vector<Option> schedule_option_list();

/// `values` are of a table that has these options. Throws Error (experiment) naming a keyword that the type does not
/// use or needs, or whose value does not fit `learning_rate`.
ScheduleOptions schedule_options(const OptionValues& values, double learning_rate);

}  // namespace folio::train
