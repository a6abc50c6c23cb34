#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runs/record/events.h"
#include "runs/record/run.h"
#include "runs/store/store.h"

namespace folio::cli {

/// How far a run is.
struct RunProgress {
  runs::RunSummary summary;
  std::int64_t step = 0;                  ///< the last one that it told of
  std::optional<std::int64_t> steps;      ///< that its whole training has
  std::map<std::string, double> metrics;  ///< the last logged value of each
  std::optional<double> seconds_left;     ///< at the pace of this session, while it is at work
  std::optional<runs::Sample> sample;     ///< the newest
};

/// A run that goes on in another process, by what it records: its past as the store has it, which is quick, then its
/// events as they come, which takes nothing from it; after that the store is asked for its state alone.
class FollowedRun {
 public:
  /// Keeps the points of these metrics.
  FollowedRun(runs::RunSummary summary, runs::RunFolder folder, const std::set<std::string>& metrics);

  /// Takes in what came since the last look. Gives whether that was anything. Throws as Store::sync_run() and load()
  /// do, and as read_events().
  bool look(runs::Store& store);

  const RunProgress& progress() const { return progress_; }

  /// Whether its events can be read from here; else the store has all that is known of it.
  bool has_events() const { return offset_ > 0; }

  /// Of a metric that is kept, by step.
  const std::vector<runs::Point>& points(const std::string& metric) const { return points_.at(metric); }

  /// How often it was resumed: then points of later steps than the checkpoint's count no more.
  int resumed() const { return resumed_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Moment = std::pair<double, std::int64_t>;  // time, step

  void take(const runs::Event& event);
  void take_points(const runs::PointsEvent& points, std::optional<double> time);
  void keep(const std::string& metric, runs::Point point);
  void begin(runs::Store& store);
  bool read_new_events();
  bool ask_store(runs::Store& store);
  void judge_pace();

  runs::RunFolder folder_;
  RunProgress progress_;
  std::uint64_t offset_ = 0;
  std::map<std::string, std::vector<runs::Point>> points_;
  bool has_begun_ = false;
  bool state_is_new_ = false;
  Clock::time_point asked_{};  ///< the store
  int resumed_ = 0;
  std::optional<Moment> first_, last_;  // of this session
};

/// "120/216", as far as both are known.
std::string step_text(const RunProgress& progress);

}  // namespace folio::cli
