#pragma once

#include <chrono>

#include "support/machine/machine_load.h"

/// Timing a piece of work so that other programs on the machine do not decide.
namespace folio {

/// Seconds by the wall clock.
double seconds_since(std::chrono::steady_clock::time_point start);

/// What a piece of work took, in seconds.
struct WorkTime {
  double wall = 0;
  double processor = 0;  ///< of all threads of this process together
};

/// The best of several times that the same work took.
class BestTime {
 public:
  /// Does the work and keeps its time if it is the best one, by each clock.
  template <typename Work>
  void measure(const Work& work) {
    const WorkTime start = now();
    work();
    const WorkTime end = now();
    add({end.wall - start.wall, end.processor - start.processor});
  }

  void add(const WorkTime& time);

  /// The wall-clock time; where the machine was busy the processor time, spread evenly over `threads`. Infinite before
  /// the first measurement.
  double seconds(bool busy, int threads) const;

 private:
  static WorkTime now();

  WorkTime best_;
  bool any_ = false;
};

/// Whether others took more than 5 % of the processor time that this process wanted since `before`; false where the
/// system does not tell.
bool was_busy_since(const ProcessorTimes& before);

}  // namespace folio
