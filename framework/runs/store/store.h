#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runs/record/run.h"
#include "runs/record/run_settings.h"
#include "support/error.h"

namespace soci {
class session;
}

namespace folio::runs {

class Database;

/// The results folder that a store enters runs for.
struct ResultsFolder {
  std::filesystem::path path;
  std::string id;    ///< of folder_id.h; empty in SQLite, whose file knows no other, and where nothing can be entered
  std::string host;  ///< this machine
};

/// The store's file cannot be used because its disk is full, fails or may not be written to. The run folders can still
/// be read: Store::in_memory_of().
class StoreDiskError : public Error {
 public:
  using Error::Error;
};

/// The store's file was removed or replaced after it was opened: nothing more reaches it, but a store can be opened
/// anew.
class StoreMovedError : public StoreDiskError {
 public:
  using StoreDiskError::StoreDiskError;
};

/// The file of a results folder's store.
std::filesystem::path store_file(const std::filesystem::path& results);

/// The index over run folders: those of one results folder, in <results>/store.sqlite, or those of many results folders
/// on any number of machines, on a PostgreSQL server. Many processes may use one at once; within a process, one thread.
/// It can be deleted at any time: the next sync makes it anew.
///
/// On a server each results folder enters, forgets and judges its own runs only, and sees all. A run that lies in
/// several results folders (it was imported) is seen once: this folder's, else the one that was entered first.
///
/// All functions throw Error (store) naming the file or the server: locked for long, damaged, newer, disk full, not to
/// be reached. A connection that is lost is made anew while patience lasts.
class Store {
 public:
  static constexpr std::chrono::seconds kPatience{30};

  /// `baselines` is the folder of the runs that come with Folio; it may be missing. `url` is the address of a
  /// PostgreSQL server, empty for SQLite. Where the results folder cannot be written, SQLite's index is kept in memory,
  /// and nothing is entered into a server: so looking at results works there too.
  /// Throws Error (store) when the server cannot be reached, or when for SQLite the folder can neither be made nor read
  /// or lies on a network file system; (usage) when `url` is none of PostgreSQL's.
  Store(std::filesystem::path results, std::filesystem::path baselines, const std::string& url = "");

  /// An index in memory over the runs of a results folder, which is empty until it is told to sync.
  static Store in_memory_of(std::filesystem::path results, std::filesystem::path baselines = {});

  Store(Store&& other) noexcept;
  ~Store();

  /// Whether the index is in memory, because the results folder cannot be written.
  bool in_memory() const;

  /// SQLite's file, or the server's address without a password.
  std::string name() const;

  /// For how long a lost connection is tried to be made anew: half a minute, if nothing else is said. With none, or
  /// where that was in vain before, there is one try.
  void set_patience(std::chrono::seconds patience = kPatience);

  /// Enters what is new in every run folder, forgets runs whose folder is gone, and marks as failed the active runs
  /// whose process is gone (in whose folders only left-over temporary files are touched). A folder that cannot be
  /// entered is returned and harms no other; it is read again when its files have changed. They come by id. Any number
  /// of processes may do so at once, and be killed at any moment.
  std::vector<UnreadRun> sync();

  /// What the last sync() returned.
  const std::vector<UnreadRun>& unread() const { return unread_; }

  /// The same for one run. Throws Error (store) when it cannot be entered.
  void sync_run(const std::string& id);

  /// Takes this results folder's runs out of the index, so that the next sync enters each of them anew.
  void clear();

  /// Takes the runs out of a server's index that lie below `place` ("node7:/data/results") in other results folders:
  /// for a folder that is no more. If it is still there, its next sync enters them again. Returns how many they were.
  std::size_t forget_elsewhere(const std::string& place);

  /// Newest first; the baselines at the end.
  std::vector<RunSummary> list();

  /// The settings of all runs.
  RunSettings settings();

  /// All of one run that is in the index. Throws Error (store) when there is no such run.
  Run load(const std::string& id);

  /// The points of one metric by step, those of later steps than `after`; empty where there are none.
  std::vector<Point> points(const std::string& id, const std::string& metric, std::int64_t after = -1);

  /// When the points of each step were logged, in seconds since 1970, those of later steps than `after`; of step 0 when
  /// the run began. Empty where the events do not say it.
  std::vector<Point> times(const std::string& id, std::int64_t after = -1);

  /// The metrics that the run has points of, by name.
  std::vector<std::string> curves(const std::string& id);

  /// The same as list() has it, of one run. Throws as load().
  RunSummary summary(const std::string& id);

  /// The last step that the metric was logged at; none where it never was.
  std::optional<std::int64_t> last_step(const std::string& id, const std::string& metric);

  /// How often the run was resumed. Points of before may have been superseded each time. Throws as load().
  std::size_t session_count(const std::string& id);

  /// Where a run of this results folder, or a baseline, lies.
  RunFolder folder_of(const std::string& id) const;

 private:
  Store(std::filesystem::path results, std::filesystem::path baselines, std::unique_ptr<Database> database,
        bool shared);

  bool can_enter();
  std::string seen_from_here() const;
  long long row_of(soci::session& session, const std::string& id) const;

  ResultsFolder results_;
  std::filesystem::path baselines_;
  std::unique_ptr<Database> database_;
  bool shared_;  // on a server
  std::vector<UnreadRun> unread_;
};

}  // namespace folio::runs
