#pragma once

#include <filesystem>
#include <optional>

#include "runs/record/run.h"
#include "runs/record/run_folder.h"
#include "support/files.h"
#include "support/process_identity.h"

/// Whether somebody works on a run. A process that does holds a lock on a file of the run's folder: the runner on
/// run.json from the moment that the run appears, its worker on events.jsonl. The system lets go of it however the
/// process ends, and it is seen from other containers and, where the file system passes locks on, from other machines,
/// where neither a host's name nor a process id says anything.
namespace folio::runs {

/// Locks the file for as long as the descriptor is open; none where its file system has no locks. Throws Error (store)
/// where another process holds it, and where the file cannot be opened.
FileDescriptor lock_file(const std::filesystem::path& file);

/// Whether a process works on a run that is created or running, whichever that is; `process` is the one that said so
/// last. Unknown where no lock is seen and the process is of another machine, of which the folder may be a copy.
Liveness liveness_of(const RunFolder& folder, RunState state, const std::optional<ProcessIdentity>& process);

}  // namespace folio::runs
