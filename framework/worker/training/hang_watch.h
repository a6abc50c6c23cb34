#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace folio::worker {

/// Looks, beside the main thread, whether code of a plugin comes back to it. A call that never does cannot be told from
/// one that is slow, so there are two times: where a run is asked to stop, the plugin that it waits for is told after
/// two seconds; after `limit_seconds` the process ends, and the run is failed as by a crash of the plugin. Time in
/// which the process is stopped or the machine asleep does not count.
class HangWatch {
 public:
  struct Asked {
    std::optional<double> limit_seconds;                        ///< none: for ever
    std::function<bool()> stop_wanted;                          ///< called by the watch's own thread
    std::function<void(const std::string& plugin)> on_waiting;  ///< the same; once
  };
  explicit HangWatch(Asked asked);

 private:
  void watch(const std::stop_token& stop) const;

  Asked asked_;
  std::jthread thread_;
};

}  // namespace folio::worker
