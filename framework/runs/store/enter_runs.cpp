#include "runs/store/enter_runs.h"

#include <fmt/format.h>

#include <chrono>
#include <system_error>

#include "runs/record/events.h"
#include "runs/record/json_values.h"
#include "runs/record/process_json.h"
#include "runs/record/run_lock.h"
#include "runs/store/batch_entry.h"
#include "runs/store/name_ids.h"
#include "runs/store/refused_runs.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using soci::into;
using soci::use;

// Each run's row says how many bytes of its events were entered, and that number changes in the transaction that enters
// them: whatever was not committed is entered again, and nothing twice. The events are read before the transaction, so
// that nobody waits for the lock while files are read; within it the row is asked again, and where another process was
// quicker the run is left for the next round. A round goes over all runs once, in transactions of many runs each, since
// a commit waits for the disk; rounds follow until no run has anything more.

// A commit waits for the disk some four times, so many runs go into one; these bound how long others wait for the lock,
// the last one also where a server is far away.
constexpr std::size_t kRunsInTransaction = 500;
constexpr std::size_t kEventsInTransaction = 100'000;
constexpr std::uint64_t kBytesInTransaction = 64 << 20;  // of events, all of which are held at once
constexpr std::chrono::seconds kTimeInTransaction{3};

/// What names stand for within one transaction. Not kept for the next: the tables may be made anew in between.
struct Ids {
  explicit Ids(soci::session& session) : metrics(session), settings(session) {}
  MetricIds metrics;
  SettingIds settings;
};

struct PendingRun {
  FoundRun run;
  bool more = true;   ///< its events have not been read to their end
  bool done = false;  ///< there is nothing more to enter
};

/// What is to be entered of one run.
struct News {
  PendingRun* pending = nullptr;
  std::optional<RunProgress> seen;  ///< how far it was when this was read; none for a new run
  bool replaced = false;            ///< what was entered of it is of another folder's events, and has to go
  bool gone = false;                ///< its process was gone before the events were read
  RunInfo info;                     ///< of a new or replaced run
  json settings;                    ///< the same
  std::string model;                ///< the same; empty where the settings name none
  EventBatch batch;

  std::uint64_t bytes() const { return batch.offset - (seen && !replaced ? seen->offset : 0); }
};

std::optional<RunProgress> progress_of(soci::session& session, const ResultsFolder& results, const std::string& id) {
  long long row = 0, offset = 0;
  std::string state, process;
  session << "SELECT id, state, process, entered FROM runs WHERE run = :run AND home = :home", into(row), into(state),
      into(process), into(offset), use(id), use(results.id);
  if (!session.got_data()) return std::nullopt;
  return RunProgress{row, run_state_from_string(state), process_from_text(process), static_cast<std::uint64_t>(offset)};
}

bool same_place(const std::optional<RunProgress>& a, const std::optional<RunProgress>& b) {
  if (!a || !b) return !a && !b;
  return a->row == b->row && a->offset == b->offset && a->state == b->state;
}

bool is_gone(const RunProgress& progress, const RunFolder& folder) {
  return is_active(progress.state) && liveness_of(folder, progress.process) == Liveness::gone;
}

/// Whether events.jsonl is shorter than what was entered of it.
bool was_replaced(const RunProgress& progress, const RunFolder& folder) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(folder.events(), error);
  return (error ? 0 : size) < progress.offset;
}

/// What is new in the run's folder; none when nothing is. Throws Error where the folder is none of a run.
std::optional<News> look(PendingRun& pending, const std::optional<RunProgress>& seen, bool gone) {
  const RunFolder& folder = pending.run.folder;
  News news;
  news.pending = &pending;
  news.seen = seen;
  news.gone = gone;
  news.replaced = seen && was_replaced(*seen, folder);
  const bool is_new = !seen || news.replaced;
  if (is_new) {
    news.info = read_run_info(folder);
    news.settings = read_resolved(folder);
    require_sections(news.settings, news.info, folder);
    news.model = without_controls(text_in(member(news.settings, "model"), "type"));
    if (news.model.size() > kLongestName) news.model.clear();
  }
  const std::uint64_t offset = is_new ? 0 : seen->offset;
  news.batch = read_events(folder.events(), offset);
  if (!is_new && news.batch.offset == offset && !gone) return std::nullopt;
  return news;
}

/// Makes the rows of a run not seen before, and returns runs.id.
long long insert_run(soci::session& session, const ResultsFolder& results, Ids& ids, const News& news) {
  const FoundRun& run = news.pending->run;
  const RunInfo& info = news.info;
  const std::string folder = fs::absolute(run.folder.path()).lexically_normal().string();
  const std::string process = info.runner ? to_json(*info.runner).dump() : "";
  const std::string state(to_string(RunState::created));
  long long row = 0;
  const std::string column = ids.settings.column(news.settings);
  session << "INSERT INTO runs (home, run, host, folder, name, note, created, experiment_file, model, state, process, "
             "settings) VALUES (:home, :run, :host, :folder, :name, :note, :created, :file, :model, :state, :process, "
             ":settings) RETURNING id",
      into(row), use(results.id), use(run.id), use(results.host), use(folder), use(info.name), use(info.note),
      use(info.created), use(info.experiment_file), use(news.model), use(state), use(process), use(column);
  const std::string info_text = to_json(info).dump();
  const std::string settings_text = news.settings.dump();
  session << "INSERT INTO details (run, info, settings) VALUES (:row, :info, :settings)", use(row), use(info_text),
      use(settings_text);
  return row;
}

void update_settings(soci::session& session, Ids& ids, long long row, const json& settings) {
  const std::string column = ids.settings.column(settings), text = settings.dump();
  session << "UPDATE runs SET settings = :settings WHERE id = :row", use(column), use(row);
  session << "UPDATE details SET settings = :settings WHERE run = :row", use(text), use(row);
}

void delete_run(soci::session& session, long long row) {
  for (const char* table : {"points", "times", "finals", "details"})
    session << fmt::format("DELETE FROM {} WHERE run = :row", table), use(row);
  session << "DELETE FROM runs WHERE id = :row", use(row);
}

/// The event that a process which is gone did not write.
StateEvent failure_of(const RunProgress& progress) {
  const auto pid = progress.process->pid;
  const std::string reason = progress.state == RunState::created
                                 ? fmt::format("the runner (pid {}) ended before its worker began", pid)
                                 : fmt::format("the worker (pid {}) no longer exists", pid);
  return {RunState::failed, std::nullopt, RunError{ErrorKind::run, reason}};
}

/// Enters the news and how far they reach, within the caller's transaction. Another process may have been quicker: then
/// nothing is entered, and the run has to be looked at again.
void enter(soci::session& session, const ResultsFolder& results, Ids& ids, const News& news) {
  if (!same_place(progress_of(session, results, news.pending->run.id), news.seen)) return;
  if (news.replaced) delete_run(session, news.seen->row);
  const bool is_new = !news.seen || news.replaced;
  const long long row = is_new ? insert_run(session, results, ids, news) : news.seen->row;
  BatchEntry entry(session, ids.metrics, row);
  for (const Event& event : news.batch.events) entry.take(event);
  if (!is_new && news.gone && news.batch.offset == news.seen->offset) entry(failure_of(*news.seen));
  entry.write();
  if (entry.changes_settings() && !is_new) update_settings(session, ids, row, read_resolved(news.pending->run.folder));
  const auto offset = static_cast<long long>(news.batch.offset);
  const long long skipped = news.batch.skipped;
  session << "UPDATE runs SET entered = :offset, skipped = skipped + :skipped WHERE id = :row", use(offset),
      use(skipped), use(row);
  news.pending->more = news.batch.more;
}

void enter_all(soci::session& session, const ResultsFolder& results, std::vector<News>& group) {
  if (group.empty()) return;
  WriteTransaction transaction(session);
  Ids ids(session);
  const auto begun = std::chrono::steady_clock::now();
  for (const News& news : group) {
    enter(session, results, ids, news);
    if (std::chrono::steady_clock::now() - begun > kTimeInTransaction) break;  // the others are looked at again
  }
  transaction.commit();
  group.clear();
}

/// The same; a folder that cannot be read is added to `refusals`.
std::optional<News> look_safely(soci::session& session, const ResultsFolder& results, PendingRun& pending,
                                std::vector<Refusal>& refusals) {
  const FoundRun& run = pending.run;
  const auto seen = progress_of(session, results, run.id);
  // Asked before the events are read: a process that is gone by now has written all that it ever will.
  const bool gone = seen && is_gone(*seen, run.folder);
  if (gone) remove_left_over(run.folder);
  if (!pending.more && !gone) return std::nullopt;
  const auto refuse = [&](const std::string& why, const std::string& stamp) {
    refusals.push_back({{run.id, without_controls(replace_invalid_utf8(why))}, stamp});
  };
  const std::string stamp = stamp_of(run.folder);
  try {
    if (speaks_postgresql(session) && first_invalid_utf8(run.folder.path().string()))
      throw Error(ErrorKind::store,
                  run.folder.path().string() + ": its path is not UTF-8, which PostgreSQL cannot store");
    return look(pending, seen, gone);
  } catch (const SystemError& error) {
    refuse(error.what(), "");
  } catch (const Error& error) {  // the boundary between one run's folder and the others
    refuse(error.what(), stamp);
  }
  if (!gone) return std::nullopt;
  News end;  // which can be told whatever its folder holds
  end.pending = &pending;
  end.seen = seen;
  end.gone = true;
  end.batch.offset = seen->offset;
  pending.more = false;
  return end;
}

/// Looks at each run once and enters what is new; what is left of `pending` has to be looked at again.
void enter_round(soci::session& session, const ResultsFolder& results, std::vector<PendingRun>& pending,
                 std::vector<Refusal>& refusals) {
  std::vector<News> group;
  std::size_t events = 0;
  std::uint64_t bytes = 0;
  for (PendingRun& run : pending) {
    auto news = look_safely(session, results, run, refusals);
    run.done = !news;
    if (run.done) continue;
    events += news->batch.events.size();
    bytes += news->bytes();
    group.push_back(std::move(*news));
    if (group.size() < kRunsInTransaction && events < kEventsInTransaction && bytes < kBytesInTransaction) continue;
    enter_all(session, results, group);
    events = 0;
    bytes = 0;
  }
  enter_all(session, results, group);
  std::erase_if(pending, [](const PendingRun& run) { return run.done; });
}

}  // namespace

std::optional<ProcessIdentity> process_from_text(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const json process = json::parse(text);
  return process_from_json({process, "the process of a run", ErrorKind::store});
}

std::vector<Refusal> enter_runs(soci::session& session, const ResultsFolder& results,
                                const std::vector<FoundRun>& runs) {
  std::vector<PendingRun> pending;
  for (const FoundRun& run : runs) pending.push_back({run, true, false});
  std::vector<Refusal> refusals;
  while (!pending.empty()) enter_round(session, results, pending, refusals);
  return refusals;
}

void follow_moved_folder(soci::session& session, const ResultsFolder& results) {
  const std::string moved = "home = :home AND run NOT LIKE 'baseline/%' AND folder <> :folder || run";
  const std::string beginning = fs::absolute(runs_folder(results.path)).lexically_normal().string() + "/";
  if (first_invalid_utf8(beginning)) return;  // no run of such a folder is on a server
  int count = 0;
  session << "SELECT count(*) FROM runs WHERE " + moved, into(count), use(results.id), use(beginning);
  if (count == 0) return;
  WriteTransaction transaction(session);
  session << "UPDATE runs SET host = :host, folder = :now || run WHERE " + moved, use(results.host), use(beginning),
      use(results.id), use(beginning);
  transaction.commit();
}

void forget_runs(soci::session& session, const std::vector<long long>& rows) {
  if (rows.empty()) return;
  WriteTransaction transaction(session);
  for (const long long row : rows) delete_run(session, row);
  transaction.commit();
}

}  // namespace folio::runs
