#include "runs/record/trash.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "runs/record/events.h"
#include "runs/record/run_folder.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

fs::path trash_folder(const fs::path& results) { return results / "trash"; }

/// Renames a folder, and brings that to the disk.
void move_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (fs::exists(to, error)) throw Error(ErrorKind::store, to.string() + ": already exists; move it away first");
  fs::rename(from, to, error);
  if (error)
    throw Error(ErrorKind::store, from.string() + ": cannot be moved to " + to.string() + ": " + error.message());
  sync_directory(to.parent_path(), ErrorKind::store);
  sync_directory(from.parent_path(), ErrorKind::store);
}

RunSummary summary_of(const fs::path& folder) {
  RunSummary run;
  try {
    const RunInfo info = read_run_info(RunFolder(folder));
    run.name = info.name;
    run.created = info.created;
    run.experiment_file = info.experiment_file;
    for_each_event(RunFolder(folder).events(), [&](const Event& event) {
      if (const auto* label = std::get_if<LabelEvent>(&event.what)) run.name = label->name.value_or(run.name);
    });
  } catch (const Error&) {
    // It can be restored or purged all the same, by its id.
  }
  run.id = folder.filename().string();
  run.state = RunState::finished;
  return run;
}

}  // namespace

std::vector<RunSummary> list_trash(const fs::path& results) {
  std::vector<RunSummary> runs;
  std::error_code error;
  for (fs::directory_iterator entry(trash_folder(results), error), end; !error && entry != end; entry.increment(error))
    runs.push_back(summary_of(entry->path()));
  std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) {
    return a.created != b.created ? a.created > b.created : a.id < b.id;
  });
  return runs;
}

void move_to_trash(const fs::path& results, const RunSummary& run, bool force) {
  if (is_baseline(run)) throw Error(ErrorKind::usage, "run " + run.id + " comes with Folio and cannot be removed");
  require_own(run);
  if (is_active(run.state) && !force) {
    const std::string where = run.elsewhere.empty() ? "" : " on " + run.elsewhere;
    throw Error(ErrorKind::usage,
                fmt::format("run {0} is {1}{2}; stop it first (runner stop {0}), wait for its end, or use --force",
                            run.id, to_string(run.state), where));
  }
  make_directories(trash_folder(results), ErrorKind::store);
  move_folder(runs_folder(results) / run.id, trash_folder(results) / run.id);
}

void restore_from_trash(const fs::path& results, const std::string& id) {
  make_directories(runs_folder(results), ErrorKind::store);
  move_folder(trash_folder(results) / id, runs_folder(results) / id);
}

void purge_from_trash(const fs::path& results, const std::string& id) {
  const fs::path folder = trash_folder(results) / id;
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw Error(ErrorKind::store, folder.string() + ": cannot be deleted: " + error.message());
}

std::uintmax_t trashed_bytes(const fs::path& results, const std::string& id) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(trash_folder(results) / id, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && !entry->is_symlink(ignored)) bytes += entry->file_size(ignored);
  }
  return bytes;
}

}  // namespace folio::runs
