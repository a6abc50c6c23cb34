#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/run.h"
#include "results/store/database.h"
#include "support/process_identity.h"

namespace folio::results {

/// How far one run has been entered.
struct RunProgress {
  std::int64_t row = 0;  ///< runs.id
  RunState state = RunState::created;
  std::optional<ProcessIdentity> process;  ///< who works on it, or worked last
  std::uint64_t offset = 0;
};

/// The process that `runs.process` holds.
std::optional<ProcessIdentity> process_from_text(const std::string& text);

/// Enters what is new in the run's folder. Throws Error (store) when the folder is none of a run, soci::soci_error when
/// the database fails.
void enter_run(soci::session& session, const std::string& id, const RunFolder& folder);

/// Takes the run out of the index.
void forget_run(soci::session& session, std::int64_t row);

}  // namespace folio::results
