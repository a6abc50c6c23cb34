#pragma once

#include <filesystem>
#include <optional>

#include "runs/record/run.h"
#include "runs/record/run_folder.h"
#include "support/files.h"
#include "support/process_identity.h"

/// Whether somebody works on a run. From the moment that the run appears its runner holds a lock on run.json, which its
/// worker inherits. The system lets go of it however the last of them ends, and it is seen from other containers and,
/// where the file system passes locks on, from other machines, where neither a host's name nor a process id says
/// anything.
namespace folio::runs {

/// Locks the run for as long as the descriptor is open, here or in a child that inherits it; none where its file system
/// has no locks. Throws Error (store) where another process holds it, and where run.json cannot be opened.
FileDescriptor lock_run(const RunFolder& folder);

/// Whether a process works on a run that is created or running, whichever that is; `process` is the one that said so
/// last. Unknown where no lock is seen and the process is of another machine, of which the folder may be a copy.
Liveness liveness_of(const RunFolder& folder, const std::optional<ProcessIdentity>& process);

}  // namespace folio::runs
