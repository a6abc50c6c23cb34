#pragma once

#include <chrono>
#include <cstdint>

#include "train/recorder.h"

namespace folio::train {

/// What saving checkpoints costs a run: how long the training waited, and how long its steps took meanwhile.
class SaveCost {
 public:
  /// Does what the training waits for.
  template <typename Work>
  void wait_for(const Work& work) {
    const Clock::time_point begin = Clock::now();
    work();
    waited_ += std::chrono::duration<double>(Clock::now() - begin).count();
  }

  /// A step that took so long, while a checkpoint was being saved beside it or not.
  void add_step(double seconds, bool while_saving);

  /// save_wait_seconds, step_seconds_while_saving and step_seconds_otherwise, as far as there is something to tell.
  Metrics metrics() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Steps {
    double seconds = 0;
    std::int64_t count = 0;
  };
  double waited_ = 0;
  Steps while_saving_, otherwise_;
};

}  // namespace folio::train
