#include "train/saving/save_cost.h"

namespace folio::train {

void SaveCost::add_step(double seconds, bool while_saving) {
  Steps& steps = while_saving ? while_saving_ : otherwise_;
  steps.seconds += seconds;
  ++steps.count;
}

Metrics SaveCost::metrics() const {
  Metrics metrics;
  if (waited_ > 0) metrics["save_wait_seconds"] = waited_;
  if (while_saving_.count == 0) return metrics;
  metrics["step_seconds_while_saving"] = while_saving_.seconds / static_cast<double>(while_saving_.count);
  if (otherwise_.count > 0)
    metrics["step_seconds_otherwise"] = otherwise_.seconds / static_cast<double>(otherwise_.count);
  return metrics;
}

}  // namespace folio::train
