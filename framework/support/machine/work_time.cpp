#include "support/machine/work_time.h"

#include <time.h>

#include <algorithm>
#include <limits>

namespace folio {
namespace {

double seconds_on(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

WorkTime BestTime::now() { return {seconds_on(CLOCK_MONOTONIC), seconds_on(CLOCK_PROCESS_CPUTIME_ID)}; }

void BestTime::add(const WorkTime& time) {
  best_ = any_ ? WorkTime{std::min(best_.wall, time.wall), std::min(best_.processor, time.processor)} : time;
  any_ = true;
}

double BestTime::seconds(bool busy, int threads) const {
  if (!any_) return std::numeric_limits<double>::infinity();
  return busy ? best_.processor / threads : best_.wall;
}

bool was_busy_since(const ProcessorTimes& before) {
  return share_taken(before, processor_times()).value_or(0) > kMostTaken;
}

}  // namespace folio
