#pragma once

#include <string>
#include <vector>

#include "cli/command_line/command.h"
#include "cli/session/global_options.h"
#include "runs/query/run_choice.h"

namespace folio::cli {

/// Those in the trash, or all of it where no names are given. Throws Error (usage) where it is empty.
std::vector<runs::RunSummary> trashed_runs(const GlobalOptions& global, const std::vector<std::string>& names);

/// Adds --where.
void add_where(const Command& command, std::string& where);

}  // namespace folio::cli
