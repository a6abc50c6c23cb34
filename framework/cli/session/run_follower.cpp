#include "cli/session/run_follower.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/session/results_store.h"
#include "support/error.h"
#include "support/stop_signals.h"

namespace folio::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr seconds kBetweenSyncs{1};
constexpr seconds kAfterFailure{5};
constexpr seconds kUntilWarning{20};
constexpr seconds kForLastSync{5};

}  // namespace

struct RunFollower::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  bool ended = false;
  std::optional<std::string> warning;

  /// Whether the run goes on after so long.
  bool wait(seconds time) {
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, time, [&] { return stop; });
  }

  void warn(const std::string& text) {
    const std::lock_guard lock(mutex);
    warning = text;
  }

  void follow(const GlobalOptions& global, const std::string& run_id) {
    std::optional<runs::Store> store;
    Clock::time_point last_success = Clock::now();
    bool warned = false;
    for (seconds pause = kBetweenSyncs; wait(pause);) {
      try {
        if (!store) {
          store.emplace(store_of(global));
          store->set_patience(seconds(0));
        }
        store->sync_run(run_id);
        last_success = Clock::now();
        pause = kBetweenSyncs;
      } catch (const runs::StoreMovedError& error) {
        store.reset();
        warn(fmt::format("{}; the run goes on, and is entered into a new one", error.what()));
      } catch (const Error& error) {
        pause = kAfterFailure;
        if (warned || Clock::now() - last_success < kUntilWarning) continue;
        warn(fmt::format("{}; the run goes on, and will be entered later", error.what()));
        warned = true;
      }
    }
  }
};

RunFollower::RunFollower(const GlobalOptions& global, std::string run_id) : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_, global, run_id = std::move(run_id)] {
    block_signals_in_this_thread();  // they are for the one that watches the worker
    shared->follow(global, run_id);
    const std::lock_guard lock(shared->mutex);
    shared->ended = true;
    shared->changed.notify_all();
  }).detach();
}

RunFollower::~RunFollower() {
  std::unique_lock lock(shared_->mutex);
  shared_->stop = true;
  shared_->changed.notify_all();
  shared_->changed.wait_for(lock, kForLastSync, [&] { return shared_->ended; });
}

std::optional<std::string> RunFollower::take_warning() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->warning, std::nullopt);
}

}  // namespace folio::cli
