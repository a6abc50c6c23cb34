#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "serve/run_snapshot.h"
#include "serve/store_pool.h"

namespace folio::serve {

/// Keeps the list of runs in memory, and up to date while somebody looks: it follows the events of runs at work
/// closely, and all the folders as often as costs no more than 0.3 % of a processor (at most once a second), or at once
/// when one was added or removed. All functions may be called by any thread.
class RunWatch {
 public:
  /// Told after each change: the version, and the ids of the runs that changed. Called on the watch's thread.
  using Tell = std::function<void(std::uint64_t version, const std::set<std::string>& changed)>;

  /// `runs_folder` is where the store's own runs lie, and need not be there; `is_listened` tells whether somebody
  /// listens all the time, as streams do. Reads the list of runs, which has to be up to date, unless it is in memory.
  RunWatch(StorePool& stores, std::filesystem::path runs_folder, Tell tell, std::function<bool()> is_listened);
  ~RunWatch() { stop(); }
  RunWatch(const RunWatch&) = delete;
  RunWatch& operator=(const RunWatch&) = delete;

  void start();
  void stop();

  /// What is known. After a time in which nobody looked it is brought up to date first, for which a moment is waited.
  /// Throws Error (store) while the folder of the runs, which was there, is not.
  KnownRuns known();

  /// Brings the run, which was changed by this process, up to date at once.
  void note_change(const std::string& id);

 private:
  using Clock = std::chrono::steady_clock;

  /// What is kept of a run at work between two looks.
  struct Tracked {
    std::uintmax_t events_size = 0;
    Clock::time_point looked_at{};
    std::optional<std::int64_t> planned_steps;
    std::optional<std::pair<std::int64_t, Clock::time_point>> first;  ///< step seen, for the speed
  };

  void require_folder() const;
  void work();
  void look();
  void look_at_all();
  void look_at_active();
  std::optional<LiveRun> look_at(const std::string& id, Tracked& tracked);
  static Progress progress_of(std::optional<std::int64_t> step, Tracked& tracked);
  bool whole_is_due();
  void put_live_into_snapshot(const LiveRuns& live);
  void publish(std::shared_ptr<const RunSnapshot> snapshot, std::shared_ptr<const LiveRuns> live,
               const std::set<std::string>& changed);
  bool is_needed() const;
  bool is_urgent() const;

  StorePool& stores_;
  const std::filesystem::path folder_;
  const Tell tell_;
  const std::function<bool()> is_listened_;
  std::atomic<bool> had_folder_ = false;

  mutable std::mutex mutex_;  // of all up to `stopping_`
  std::condition_variable wake_, looked_;
  KnownRuns known_;
  Clock::time_point last_use_{};
  Clock::time_point last_look_{};
  std::set<std::string> own_changes_;
  bool stopping_ = false;

  // Of the watch's thread.
  std::map<std::string, Tracked> tracked_;
  std::optional<std::filesystem::file_time_type> folder_time_;  // none: it was just changing
  std::size_t names_ = 0;                                       // see mark_of_names()
  Clock::time_point last_whole_{}, last_rebuild_{};
  Clock::duration whole_cost_{}, rebuild_cost_{};
  std::thread thread_;
};

}  // namespace folio::serve
