#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "folio/options.h"
#include "train/optimization/schedule_options.h"

namespace folio::train {

/// When something happens: never, every so many steps, or at the end of each epoch.
enum class Interval { no, steps, epoch };

enum class Sampling { random, sequential, group_by_length };

enum class OptimizerType { adamw, sgd, rmsprop, adagrad, adafactor };

/// The `training:` section. Names, meanings and defaults are those of Hugging Face's TrainingArguments (5.24), and of
/// its EarlyStoppingCallback; `max_eval_samples` is its run_clm.py's; `save_minutes`, `hang_minutes`,
/// `sample_every`, `eval_each_document`, `precision` and `device` are Folio's own.
struct TrainingArguments {
  double num_train_epochs;
  std::int64_t max_steps;  ///< overrides num_train_epochs where positive
  std::int64_t per_device_train_batch_size;
  std::int64_t per_device_eval_batch_size;
  std::int64_t gradient_accumulation_steps;
  bool dataloader_drop_last;
  Sampling sampling;  ///< train_sampling_strategy

  double learning_rate;
  ScheduleOptions schedule;            ///< lr_scheduler_type, lr_scheduler_kwargs
  double warmup_steps;                 ///< below 1: a share of all steps
  std::optional<double> warmup_ratio;  ///< a share of all steps, in place of warmup_steps
  OptimizerType optim;
  double weight_decay;
  double adam_beta1;
  double adam_beta2;
  double adam_epsilon;
  double max_grad_norm;  ///< 0: no clipping

  double label_smoothing_factor;

  std::vector<std::string> freeze;  ///< see freeze() in fine_tuning.h

  std::uint64_t seed;
  std::uint64_t data_seed;

  Interval logging_strategy;
  double logging_steps;  ///< below 1: a share of all steps; so too the two below
  bool logging_first_step;
  Interval eval_strategy;
  double eval_steps;
  double eval_delay;  ///< steps or epochs, whichever the strategy counts
  bool eval_on_start;
  std::int64_t max_eval_samples;  ///< 0: all are evaluated
  bool eval_each_document;
  std::int64_t sample_every;  ///< steps; 0: only at the end
  Interval save_strategy;
  double save_steps;
  std::optional<double> save_minutes;
  double hang_minutes;            ///< 0: for ever
  std::int64_t save_total_limit;  ///< 0: all are kept
  bool trace;
  bool load_best_model_at_end;
  std::string metric_for_best_model;
  bool greater_is_better;
  std::int64_t early_stopping_patience;  ///< 0: no early stopping
  double early_stopping_threshold;

  std::string precision;  ///< auto, float32, bfloat16
  std::string device;     ///< auto, cpu, cuda
};

OptionTable training_option_table();

/// `values` are of that table. Throws Error (experiment) where values do not fit together, as Hugging Face's Trainer
/// does: the best model is wanted without evaluation, or saving does not fall together with evaluation.
TrainingArguments training_arguments(const OptionValues& values);

}  // namespace folio::train
