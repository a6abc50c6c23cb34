#pragma once

#include <vector>

#include "cli/session/global_options.h"
#include "runs/store/store.h"

namespace folio::cli {

/// Throws Error (usage) where the results folder was named and is not there, with the nearest one that is; the usual
/// one may be still to come, and with a server the runs of others are there.
void require_results(const GlobalOptions& global);

/// The store of the results folder, as it is; in memory where there are no runs yet.
runs::Store store_of(const GlobalOptions& global);

/// Brings it up to date; run folders that could not be entered are named on standard error.
void sync(runs::Store& store);

/// Both, for commands that look at runs: makes nothing, and throws as require_results(). On a disk that is full or
/// fails the index is made in memory, which is told.
runs::Store open_store(const GlobalOptions& global);

/// The same for commands that add runs: the results folder may be still to come.
runs::Store open_store_to_add(const GlobalOptions& global);

}  // namespace folio::cli
