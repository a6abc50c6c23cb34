#pragma once

#include <vector>

#include "cli/session/global_options.h"
#include "runs/store/store.h"

namespace folio::cli {

/// The store of the results folder, as it is.
runs::Store store_of(const GlobalOptions& global);

/// Brings it up to date; run folders that could not be entered are named on standard error.
void sync(runs::Store& store);

/// Both.
runs::Store open_store(const GlobalOptions& global);

}  // namespace folio::cli
