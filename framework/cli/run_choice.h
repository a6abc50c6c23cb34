#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "results/run_fields.h"
#include "results/run_settings.h"
#include "results/store/store.h"

namespace folio::cli {

/// Which of many runs a command is about.
struct RunChoice {
  std::vector<std::string> names;  ///< as select_run() takes them; empty: all
  std::string where;               ///< as results::Where takes it; empty: all
  bool finished = false;           ///< only finished ones, unless they are named or `where` asks for a state
};

/// The runs that were chosen, in the order of the names, else newest first.
std::vector<results::RunSummary> choose_runs(std::vector<results::RunSummary> runs, const results::RunFields& fields,
                                             const RunChoice& choice);

/// Adds --where.
void add_where(CLI::App& command, std::string& where);

}  // namespace folio::cli
