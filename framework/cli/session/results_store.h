#pragma once

#include <vector>

#include "cli/session/global_options.h"
#include "runs/store/store.h"

namespace folio::cli {

/// The store of the results folder, as it is; in memory where there are no runs yet.
runs::Store store_of(const GlobalOptions& global);

/// Brings it up to date; run folders that could not be entered are named on standard error.
void sync(runs::Store& store);

/// Both, for commands that look at runs: makes nothing, and throws Error (usage) where the results folder was named and
/// is not there. On a disk that is full or fails the index is made in memory, which is told.
runs::Store open_store(const GlobalOptions& global);

/// The same for commands that add runs: the results folder may be still to come.
runs::Store open_store_to_add(const GlobalOptions& global);

}  // namespace folio::cli
