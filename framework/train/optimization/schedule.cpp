#include "train/optimization/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace folio::train {
namespace {

double steps_of_warmup(const TrainingArguments& arguments, double total) {
  if (arguments.schedule.type == ScheduleType::constant) return 0;
  if (arguments.warmup_ratio) return std::ceil(*arguments.warmup_ratio * total);
  return arguments.warmup_steps < 1 ? std::ceil(arguments.warmup_steps * total) : std::floor(arguments.warmup_steps);
}

/// Half a wave from 1 down to 0, for each half of a cycle.
double cosine_wave(double cycles, double progress) {
  return 0.5 * (1 + std::cos(std::numbers::pi * cycles * 2 * progress));
}

double above(double lowest, double factor) { return std::max(0.0, factor * (1 - lowest) + lowest); }

}  // namespace

Schedule::Schedule(const TrainingArguments& arguments, const TrainingPlan& plan)
    : options_(arguments.schedule),
      peak_(arguments.learning_rate),
      warmup_(steps_of_warmup(arguments, static_cast<double>(plan.max_steps))),
      total_(static_cast<double>(plan.max_steps)),
      plateau_rate_(arguments.learning_rate) {}

double Schedule::learning_rate(std::int64_t step) const {
  if (options_.type == ScheduleType::reduce_lr_on_plateau) return plateau_rate_;
  return peak_ * factor(static_cast<double>(step));
}

double Schedule::factor(double step) const {
  if (step < warmup_) return warmup_factor(step);
  const double after_warmup = std::max(1.0, total_ - warmup_);
  const double progress = (step - warmup_) / after_warmup;
  switch (options_.type) {
    case ScheduleType::linear:
      return std::max(0.0, (total_ - step) / after_warmup);
    case ScheduleType::cosine:
    case ScheduleType::cosine_with_min_lr:
      return above(options_.min_lr_rate, cosine_wave(options_.num_cycles, progress));
    case ScheduleType::cosine_warmup_with_min_lr:
      return above(options_.min_lr_rate, cosine_wave(options_.num_cycles, (step - warmup_ + 1) / after_warmup));
    case ScheduleType::cosine_with_restarts:
      return progress >= 1 ? 0 : cosine_wave(0.5, std::fmod(options_.num_cycles * progress, 1.0));
    case ScheduleType::polynomial: {
      if (step > total_) return options_.lr_end / peak_;
      const double left = 1 - (step - warmup_) / (total_ - warmup_);
      return ((peak_ - options_.lr_end) * std::pow(left, options_.power) + options_.lr_end) / peak_;
    }
    case ScheduleType::inverse_sqrt: {
      const double timescale = options_.timescale.value_or(warmup_ > 0 ? warmup_ : 10'000);
      return 1 / std::sqrt((step + timescale - warmup_) / timescale);
    }
    case ScheduleType::warmup_stable_decay:
      return stable_or_decay_factor(step);
    case ScheduleType::constant:
    case ScheduleType::constant_with_warmup:
    case ScheduleType::reduce_lr_on_plateau:
      break;
  }
  return 1;
}

double Schedule::warmup_factor(double step) const {
  const double progress = step / std::max(1.0, warmup_);
  if (options_.type == ScheduleType::cosine_warmup_with_min_lr) {
    if (!options_.warmup_lr_rate) return (step + 1) / std::max(1.0, warmup_);
    return *options_.warmup_lr_rate + (1 - *options_.warmup_lr_rate) * step / std::max(1.0, warmup_ - 1);
  }
  if (options_.type != ScheduleType::warmup_stable_decay) return progress;
  return above(options_.min_lr_rate, options_.warmup_type == "linear" ? progress
                                     : options_.warmup_type == "cosine"
                                         ? 0.5 * (1 - std::cos(std::numbers::pi * progress))
                                         : 1 - std::sqrt(1 - progress));
}

double Schedule::stable_or_decay_factor(double step) const {
  const double decay = options_.num_decay_steps;
  const double stable = options_.num_stable_steps.value_or(total_ - warmup_ - decay);
  const double decaying = step - warmup_ - stable;  // steps since the decay began
  if (decaying < 0) return 1;
  if (decaying >= decay) return options_.min_lr_rate;
  const double progress = decaying / std::max(1.0, decay);
  return above(options_.min_lr_rate, options_.decay_type == "linear"   ? 1 - progress
                                     : options_.decay_type == "cosine" ? cosine_wave(options_.num_cycles, progress)
                                                                       : 1 - std::sqrt(progress));
}

void Schedule::evaluated(double metric) {
  if (options_.type != ScheduleType::reduce_lr_on_plateau) return;
  const bool better =
      metric < (options_.threshold_is_relative ? best_ * (1 - options_.threshold) : best_ - options_.threshold);
  if (better) best_ = metric;
  bad_evaluations_ = better ? 0 : bad_evaluations_ + 1;
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_evaluations_ = 0;
  }
  if (bad_evaluations_ <= options_.patience) return;
  const double reduced = std::max(plateau_rate_ * options_.factor, options_.min_lr);
  if (plateau_rate_ - reduced > options_.eps) plateau_rate_ = reduced;
  cooldown_left_ = options_.cooldown;
  bad_evaluations_ = 0;
}

nlohmann::json Schedule::state() const {
  return {{"rate", plateau_rate_},
          {"best", std::isfinite(best_) ? nlohmann::json(best_) : nlohmann::json()},
          {"bad_evaluations", bad_evaluations_},
          {"cooldown_left", cooldown_left_}};
}

void Schedule::restore(const nlohmann::json& state) {
  plateau_rate_ = state.at("rate");
  if (!state.at("best").is_null()) best_ = state["best"];
  bad_evaluations_ = state.at("bad_evaluations");
  cooldown_left_ = state.at("cooldown_left");
}

}  // namespace folio::train
