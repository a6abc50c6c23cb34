#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "results/run.h"
#include "results/run_settings.h"

namespace folio::results {

class Database;

/// What a sync met that it could not enter.
struct SyncProblem {
  std::filesystem::path folder;
  std::string message;  ///< names the file
};

/// The file of a results folder's store.
std::filesystem::path store_file(const std::filesystem::path& results);

/// The index over the run folders of a results folder, in <results>/store.sqlite. Many processes may use one at once;
/// within a process, one thread. It can be deleted at any time: the next sync makes it anew.
///
/// All functions throw Error (store) naming the file: locked for long, damaged, newer, disk full.
class Store {
 public:
  /// `baselines` is the folder of the runs that come with Folio; it may be missing. Where the results folder cannot be
  /// written the index is kept in memory instead, so that looking at results works there too.
  /// Throws Error (store) when the folder can neither be made nor read, or lies on a network file system.
  Store(std::filesystem::path results, std::filesystem::path baselines);
  Store(Store&& other) noexcept;
  ~Store();

  /// Whether the index is in memory, because the results folder cannot be written.
  bool in_memory() const;

  /// Enters what is new in every run folder, forgets runs whose folder is gone, and marks as failed the active runs
  /// whose process is gone (without touching their folders). A folder that cannot be entered is returned and harms no
  /// other. Any number of processes may do so at once, and be killed at any moment.
  std::vector<SyncProblem> sync();

  /// The same for one run. Throws Error (store) when it cannot be entered.
  void sync_run(const std::string& id);

  /// Empties the index, so that the next sync enters every run folder anew.
  void clear();

  /// Newest first; the baselines at the end.
  std::vector<RunSummary> list();

  /// The settings of all runs.
  RunSettings settings();

  /// All of one run that is in the index. Throws Error (store) when there is no such run.
  Run load(const std::string& id);

  /// The points of one metric by step; empty where there are none.
  std::vector<Point> points(const std::string& id, const std::string& metric);

  RunFolder folder_of(const std::string& id) const;

 private:
  std::filesystem::path results_;
  std::filesystem::path baselines_;
  std::unique_ptr<Database> database_;
};

}  // namespace folio::results
