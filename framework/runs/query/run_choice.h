#pragma once

#include <span>
#include <string>
#include <vector>

#include "runs/compare/run_fields.h"
#include "runs/record/run.h"

namespace folio::runs {

/// Which of many runs a question is about.
struct RunChoice {
  std::vector<std::string> names;  ///< as select_run() takes them; empty: all
  std::string where;               ///< as Where takes it; empty: all
  bool finished = false;           ///< only finished ones, unless they are named or `where` asks for a state
};

/// The runs that were chosen, in the order of the names, else as they stand. `unread` is for select_run().
std::vector<RunSummary> choose_runs(std::vector<RunSummary> runs, const RunFields& fields, const RunChoice& choice,
                                    std::span<const UnreadRun> unread);

/// Without those that were there before: names may be given twice.
std::vector<RunSummary> each_once(std::vector<RunSummary> runs);

/// The runs that are named, as select_run() takes them, each once.
std::vector<RunSummary> named_runs(const std::vector<RunSummary>& runs, const std::vector<std::string>& names,
                                   std::span<const UnreadRun> unread = {});

/// By a field, where runs that lack it come last. Throws Error (usage) that begins with `where` ("--sort-by") for a
/// field that no run has.
void sort_runs(std::vector<RunSummary>& runs, const RunFields& fields, const std::string& sort_by, bool descending,
               const std::string& where);

}  // namespace folio::runs
