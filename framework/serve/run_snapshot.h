#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runs/compare/run_fields.h"
#include "runs/record/run.h"
#include "runs/record/run_settings.h"

namespace folio::serve {

/// How far a run is that is at work.
struct Progress {
  std::int64_t step = 0;
  std::optional<std::int64_t> steps;  ///< that it will have taken at its end
  std::optional<double> seconds_left;

  bool operator==(const Progress&) const = default;
};

/// A run at work, as it was a moment ago.
struct LiveRun {
  runs::RunSummary summary;
  Progress progress;
};

using LiveRuns = std::map<std::string, LiveRun>;  // by id

/// All runs at one moment, never changed, so that any number of threads may read it while the next one is made.
class RunSnapshot {
 public:
  RunSnapshot(std::vector<runs::RunSummary> runs, std::shared_ptr<const runs::RunSettings> settings,
              std::vector<runs::UnreadRun> unread);
  RunSnapshot(const RunSnapshot&) = delete;
  RunSnapshot& operator=(const RunSnapshot&) = delete;

  /// As Store::list() gives them.
  const std::vector<runs::RunSummary>& runs() const { return runs_; }
  const std::shared_ptr<const runs::RunSettings>& settings() const { return settings_; }
  const runs::RunFields& fields() const { return fields_; }
  const std::vector<runs::UnreadRun>& unread() const { return unread_; }

  /// By its whole id; null where there is none.
  const runs::RunSummary* find(const std::string& id) const;

 private:
  std::vector<runs::RunSummary> runs_;
  std::shared_ptr<const runs::RunSettings> settings_;
  std::vector<runs::UnreadRun> unread_;
  runs::RunFields fields_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// What requests are answered from.
struct KnownRuns {
  std::uint64_t version = 0;  ///< grows with each change
  std::shared_ptr<const RunSnapshot> snapshot;
  /// Newer than the snapshot, which is not made anew for each point of each run.
  std::shared_ptr<const LiveRuns> live;
};

}  // namespace folio::serve
