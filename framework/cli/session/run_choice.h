#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command_line/command.h"
#include "cli/session/global_options.h"
#include "runs/compare/run_fields.h"
#include "runs/record/run_settings.h"
#include "runs/store/store.h"

namespace folio::cli {

/// Which of many runs a command is about.
struct RunChoice {
  std::vector<std::string> names;  ///< as select_run() takes them; empty: all
  std::string where;               ///< as runs::Where takes it; empty: all
  bool finished = false;           ///< only finished ones, unless they are named or `where` asks for a state
};

/// The runs that were chosen, in the order of the names, else newest first. `unread` is for select_run().
std::vector<runs::RunSummary> choose_runs(std::vector<runs::RunSummary> runs, const runs::RunFields& fields,
                                          const RunChoice& choice, std::span<const runs::UnreadRun> unread);

/// The runs that are named, as select_run() takes them, each once.
std::vector<runs::RunSummary> named_runs(const std::vector<runs::RunSummary>& runs,
                                         const std::vector<std::string>& names,
                                         std::span<const runs::UnreadRun> unread = {});

/// Those in the trash, or all of it where no names are given. Throws Error (usage) where it is empty.
std::vector<runs::RunSummary> trashed_runs(const GlobalOptions& global, const std::vector<std::string>& names);

/// Adds --where.
void add_where(const Command& command, std::string& where);

}  // namespace folio::cli
