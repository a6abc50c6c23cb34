#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runs/record/run.h"
#include "runs/store/database.h"
#include "runs/store/store.h"
#include "support/process_identity.h"

namespace folio::runs {

/// How far one run has been entered.
struct RunProgress {
  std::int64_t row = 0;  ///< runs.id
  RunState state = RunState::created;
  std::optional<ProcessIdentity> process;  ///< who works on it, or worked last
  std::uint64_t offset = 0;
};

/// The process that `runs.process` holds.
std::optional<ProcessIdentity> process_from_text(const std::string& text);

struct FoundRun {
  std::string id;
  RunFolder folder;
};

/// A run folder that could not be entered.
struct Refusal {
  UnreadRun run;
  std::string stamp;  ///< of its files before they were read (refused_runs.h); empty where another try may succeed
};

/// Enters what is new in the folders of these runs, and marks as failed the active ones whose process is gone. A run's
/// events are entered together with how far they were read. Events that come while this goes on may be left for the
/// next time. Returns the folders that could not be entered; throws soci::soci_error when the database fails.
std::vector<Refusal> enter_runs(soci::session& session, const ResultsFolder& results,
                                const std::vector<FoundRun>& runs);

/// Where the runs of a results folder lie is kept with them, for those who see them from elsewhere: brings that up to
/// date after the folder was moved.
void follow_moved_folder(soci::session& session, const ResultsFolder& results);

/// Takes runs out of the index.
void forget_runs(soci::session& session, const std::vector<long long>& rows);

}  // namespace folio::runs
