#include "results/store/sync_run.h"

#include <fmt/format.h>

#include <system_error>

#include "results/events.h"
#include "results/process_json.h"
#include "results/store/batch_entry.h"

namespace folio::results {
namespace {

using nlohmann::json;
using soci::into;
using soci::use;

std::optional<RunProgress> progress_of(soci::session& session, const std::string& id) {
  long long row = 0, offset = 0;
  std::string state, process;
  session << "SELECT id, state, process, offset FROM runs WHERE run = :run", into(row), into(state), into(process),
      into(offset), use(id);
  if (!session.got_data()) return std::nullopt;
  return RunProgress{row, run_state_from_string(state), process_from_text(process), static_cast<std::uint64_t>(offset)};
}

/// Enters a run whose folder was not seen before, with none of its events.
void insert_run(soci::session& session, const std::string& id, const RunFolder& folder) {
  const RunInfo info = read_run_info(folder);
  const json settings = read_resolved(folder);
  const std::string model = settings.value(json::json_pointer("/model/type"), "");
  const std::string process = info.runner ? to_json(*info.runner).dump() : "";
  const std::string state(to_string(RunState::created));
  WriteTransaction transaction(session);
  if (progress_of(session, id)) return;  // another process was quicker
  session << "INSERT INTO runs (run, name, created, experiment_file, model, state, process) "
             "VALUES (:run, :name, :created, :file, :model, :state, :process)",
      use(id), use(info.name), use(info.created), use(info.experiment_file), use(model), use(state), use(process);
  const std::string info_text = to_json(info).dump();
  const std::string settings_text = settings.dump();
  session << "INSERT INTO details (run, info, settings) SELECT id, :info, :settings FROM runs WHERE run = :run",
      use(info_text), use(settings_text), use(id);
  transaction.commit();
}

/// Whether the run still stands where it was when `seen` was read: no other process has entered anything since.
bool unchanged(soci::session& session, const std::string& id, const RunProgress& seen) {
  const auto now = progress_of(session, id);
  return now && now->row == seen.row && now->offset == seen.offset && now->state == seen.state;
}

/// Enters the events and how far they reach, both or neither. Does nothing when another process was quicker.
void enter_batch(soci::session& session, const std::string& id, const RunProgress& progress, const EventBatch& batch) {
  WriteTransaction transaction(session);
  if (!unchanged(session, id, progress)) return;
  BatchEntry entry(session, progress.row);
  for (const Event& event : batch.events) std::visit(entry, event.what);
  entry.write();
  const auto offset = static_cast<long long>(batch.offset);
  const long long skipped = batch.skipped, row = progress.row;
  session << "UPDATE runs SET offset = :offset, skipped = skipped + :skipped WHERE id = :row", use(offset),
      use(skipped), use(row);
  transaction.commit();
}

void mark_failed(soci::session& session, const std::string& id, const RunProgress& progress) {
  const auto pid = progress.process->pid;
  const std::string reason = progress.state == RunState::created
                                 ? fmt::format("the runner (pid {}) was gone before its worker began", pid)
                                 : fmt::format("the worker (pid {}) is gone", pid);
  WriteTransaction transaction(session);
  if (!unchanged(session, id, progress)) return;
  BatchEntry entry(session, progress.row);
  entry(StateEvent{RunState::failed, std::nullopt, RunError{ErrorKind::run, reason}});
  entry.write();
  transaction.commit();
}

bool is_gone(const RunProgress& progress) {
  return is_active(progress.state) && progress.process && liveness(*progress.process) == Liveness::gone;
}

/// Whether events.jsonl is shorter than what was entered of it: the folder was replaced by another.
bool was_replaced(const RunProgress& progress, const RunFolder& folder) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(folder.events(), error);
  return (error ? 0 : size) < progress.offset;
}

}  // namespace

std::optional<ProcessIdentity> process_from_text(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return process_from_json(json::parse(text));
}

void enter_run(soci::session& session, const std::string& id, const RunFolder& folder) {
  for (;;) {
    const auto progress = progress_of(session, id);
    if (!progress) {
      insert_run(session, id, folder);
      continue;
    }
    if (was_replaced(*progress, folder)) {
      forget_run(session, progress->row);
      continue;
    }
    // Asked before the events are read: a process that is gone by now has written all that it ever will.
    const bool gone = is_gone(*progress);
    const EventBatch batch = read_events(folder.events(), progress->offset);
    if (batch.offset != progress->offset) {
      enter_batch(session, id, *progress, batch);
    } else {
      if (gone) mark_failed(session, id, *progress);
      return;
    }
  }
}

void forget_run(soci::session& session, std::int64_t row) {
  const long long id = row;
  WriteTransaction transaction(session);
  for (const char* table : {"points", "finals", "details"}) {
    session << fmt::format("DELETE FROM {} WHERE run = :row", table), use(id);
  }
  session << "DELETE FROM runs WHERE id = :row", use(id);
  transaction.commit();
}

}  // namespace folio::results
