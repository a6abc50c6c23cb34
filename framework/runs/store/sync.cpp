#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "runs/store/database.h"
#include "runs/store/enter_runs.h"
#include "runs/store/refused_runs.h"
#include "runs/store/store.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

/// Adds the folders in `parent`; none where it is missing. Names with a leading dot are runs that are being made. One
/// that no run can have is added to `unread`.
void find_runs(const fs::path& parent, const std::string& id_prefix, std::vector<FoundRun>& found,
               std::vector<UnreadRun>& unread) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code of_link;  // one that leads nowhere is no folder
    if (name.starts_with('.') || !entry->is_directory(of_link)) continue;
    if (is_run_id(name)) {
      found.push_back({id_prefix + name, RunFolder(entry->path())});
      continue;
    }
    unread.push_back({id_prefix + name, without_controls(entry->path().string()) +
                                            ": is no name of a run's folder, expected up to 64 letters, digits, '.', "
                                            "'_' and '-'"});
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw Error(ErrorKind::store, parent.string() + ": cannot be read: " + error.message());
}

/// Those of this results folder.
std::unordered_map<std::string, RunProgress> known_runs(soci::session& session, const ResultsFolder& results) {
  std::unordered_map<std::string, RunProgress> known;
  std::string id, state;
  long long row = 0, offset = 0;
  soci::statement query =
      (session.prepare << "SELECT id, run, state, entered FROM runs WHERE home = :home", soci::into(row),
       soci::into(id), soci::into(state), soci::into(offset), soci::use(results.id));
  query.execute();
  while (query.fetch())
    known[id] = {row, run_state_from_string(state), std::nullopt, static_cast<std::uint64_t>(offset)};
  return known;
}

/// Whether the folder needs a look: a run that has ended is not opened again while its events have the same length.
bool may_have_news(const RunProgress& progress, const RunFolder& folder) {
  if (is_active(progress.state)) return true;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(folder.events(), error);
  return (error ? 0 : size) != progress.offset;
}

}  // namespace

// The folders are the truth and the store follows them. A sync lists the run folders and the rows that it has of them.
// Rows without a folder go; a folder is read only where something may have come: of a run that has not ended, or whose
// events are not as long as what was entered of them. enter_runs() does the reading. Nothing is remembered between two
// syncs but what the tables hold, so one may be killed, or run beside others, and the next goes on from what was
// committed.

std::vector<UnreadRun> Store::sync() {
  unread_.clear();
  if (!can_enter()) return {};
  std::vector<FoundRun> found;
  std::vector<UnreadRun> misnamed;
  find_runs(runs_folder(results_.path), "", found, misnamed);
  find_runs(baselines_, "baseline/", found, misnamed);
  std::unordered_set<std::string> present;
  for (const FoundRun& run : found) present.insert(run.id);
  unread_ = database_->guarded([&](soci::session& session) {
    const auto known = known_runs(session, results_);
    std::vector<long long> gone;
    for (const auto& [id, progress] : known) {
      // A run that is younger than the list of folders is asked for by its own.
      std::error_code error;
      if (!present.contains(id) && !fs::exists(folder_of(id).path(), error)) gone.push_back(progress.row);
    }
    forget_runs(session, gone);
    if (shared_) follow_moved_folder(session, results_);
    const RefusedRuns refused_before = refused_runs(session, results_);
    RefusedRuns refused;
    std::vector<UnreadRun> unread = misnamed;
    std::vector<FoundRun> with_news;
    for (const FoundRun& run : found) {
      const auto progress = known.find(run.id);
      if (progress != known.end() && !may_have_news(progress->second, run.folder)) continue;
      const auto before = refused_before.find(run.id);
      const bool may_end = progress != known.end() && is_active(progress->second.state);
      if (before != refused_before.end() && !may_end && before->second.stamp == stamp_of(run.folder)) {
        refused.insert(*before);
        unread.push_back({run.id, before->second.message});
      } else {
        with_news.push_back(run);
      }
    }
    for (Refusal& refusal : enter_runs(session, results_, with_news)) {
      if (!refusal.stamp.empty()) refused[refusal.run.id] = {refusal.stamp, refusal.run.message};
      unread.push_back(std::move(refusal.run));
    }
    remember_refused_runs(session, results_, refused_before, refused);
    std::sort(unread.begin(), unread.end(), [](const UnreadRun& a, const UnreadRun& b) { return a.id < b.id; });
    return unread;
  });
  return unread_;
}

void Store::sync_run(const std::string& id) {
  if (!can_enter()) return;
  const auto refusals = database_->guarded(
      [&](soci::session& session) { return enter_runs(session, results_, {FoundRun{id, folder_of(id)}}); });
  if (!refusals.empty()) throw Error(ErrorKind::store, refusals.front().run.message);
}

void Store::clear() {
  database_->guarded([&](soci::session& session) {
    std::vector<long long> rows;
    for (const auto& [id, progress] : known_runs(session, results_)) rows.push_back(progress.row);
    forget_runs(session, rows);
    remember_refused_runs(session, results_, refused_runs(session, results_), {});
  });
}

std::size_t Store::forget_elsewhere(const std::string& place) {
  return database_->guarded([&](soci::session& session) {
    std::vector<long long> rows;
    long long row = 0;
    std::string host, folder;
    soci::statement query = (session.prepare << "SELECT id, host, folder FROM runs WHERE home <> :home",
                             soci::into(row), soci::into(host), soci::into(folder), soci::use(results_.id));
    query.execute();
    while (query.fetch())
      if ((host + ":" + folder).starts_with(place + "/")) rows.push_back(row);
    forget_runs(session, rows);
    return rows.size();
  });
}

}  // namespace folio::runs
