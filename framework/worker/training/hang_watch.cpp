#include "worker/training/hang_watch.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "support/human.h"
#include "support/stop_signals.h"
#include "worker/crash_report.h"

namespace folio::worker {
namespace {

constexpr double kLookSeconds = 0.1;
constexpr double kPatienceSeconds = 2;

/// Whether nobody asked to stop meanwhile.
bool pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait_for(lock, stop, std::chrono::duration<double>(kLookSeconds), [] { return false; });
  return !stop.stop_requested();
}

/// Seconds for which something has been so, looked at again and again.
class Held {
 public:
  double add(bool is_so) { return seconds_ = is_so ? seconds_ + kLookSeconds : 0; }

 private:
  double seconds_ = 0;
};

}  // namespace

HangWatch::HangWatch(Asked asked)
    : asked_(std::move(asked)), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void HangWatch::watch(const std::stop_token& stop) const {
  block_signals_in_this_thread();
  std::uint64_t seen = plugin_calls_so_far();
  Held still, still_and_to_stop;
  bool told = false;
  for (double next_question = asked_.limit_seconds.value_or(0); pause(stop);) {
    const std::uint64_t calls = plugin_calls_so_far();
    const bool same = calls == seen;
    seen = calls;
    const double seconds = still.add(same);
    if (!same) next_question = asked_.limit_seconds.value_or(0);
    if (still_and_to_stop.add(same && !told && asked_.stop_wanted()) >= kPatienceSeconds) {
      told = true;
      if (const std::string plugin = plugin_on_main_thread(); !plugin.empty()) asked_.on_waiting(plugin);
    }
    if (!asked_.limit_seconds || seconds < next_question) continue;
    next_question += *asked_.limit_seconds;  // where it is not a plugin: a disk that does not answer, for one
    const std::string plugin = plugin_on_main_thread();
    if (plugin.empty() || plugin_calls_so_far() != seen) continue;
    end_for_plugin(plugin,
                   "did not come back for " + human_duration(seconds) + ", the limit that training.hang_minutes sets");
  }
}

}  // namespace folio::worker
