#pragma once

#include <vector>

#include "cli/commands.h"
#include "results/store/store.h"

namespace folio::cli {

/// The store of the results folder, as it is.
results::Store store_of(const GlobalOptions& global);

/// Brings it up to date; run folders that could not be entered are named on standard error.
void sync(results::Store& store);

/// Both.
results::Store open_store(const GlobalOptions& global);

/// For --json: two spaces of indent, and a line end.
void print_json(const nlohmann::json& json);

}  // namespace folio::cli
