#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace folio::train {

Schedule::Schedule(const TrainingArguments& arguments, const TrainingPlan& plan)
    : type_(arguments.lr_scheduler_type),
      peak_(arguments.learning_rate),
      warmup_(arguments.warmup_steps < 1 ? std::ceil(arguments.warmup_steps * static_cast<double>(plan.max_steps))
                                         : std::floor(arguments.warmup_steps)),
      total_(static_cast<double>(plan.max_steps)) {
  if (type_ == ScheduleType::constant) warmup_ = 0;
}

double Schedule::learning_rate(std::int64_t step) const {
  const auto s = static_cast<double>(step);
  if (s < warmup_) return peak_ * s / std::max(1.0, warmup_);
  const double after_warmup = std::max(1.0, total_ - warmup_);
  switch (type_) {
    case ScheduleType::linear:
      return peak_ * std::max(0.0, (total_ - s) / after_warmup);
    case ScheduleType::cosine:
      return peak_ * std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * (s - warmup_) / after_warmup)));
    case ScheduleType::constant:
    case ScheduleType::constant_with_warmup:
      break;
  }
  return peak_;
}

}  // namespace folio::train
