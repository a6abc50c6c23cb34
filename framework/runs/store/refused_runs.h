#pragma once

#include <soci/soci.h>

#include <map>
#include <string>

#include "runs/record/run_folder.h"
#include "runs/store/store.h"

/// Run folders that could not be entered for what is in them, so that not every command reads them again.
namespace folio::runs {

struct RefusedRun {
  std::string stamp;    ///< of its files, when they were read
  std::string message;  ///< why, in one line
};

/// By id.
using RefusedRuns = std::map<std::string, RefusedRun>;

/// Changes when one of the files is written, replaced, made or removed that are read when a run is entered.
std::string stamp_of(const RunFolder& folder);

/// Those of this results folder.
RefusedRuns refused_runs(soci::session& session, const ResultsFolder& results);

/// Puts `after` in place of `before`, which is what the table holds.
void remember_refused_runs(soci::session& session, const ResultsFolder& results, const RefusedRuns& before,
                           const RefusedRuns& after);

}  // namespace folio::runs
