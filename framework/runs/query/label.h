#pragma once

#include <span>
#include <string>

#include "runs/record/events.h"
#include "runs/record/run.h"
#include "runs/store/store.h"

namespace folio::runs {

/// Throws Error (usage) unless the text can be the name of a run (problem_with_name()) and is not the beginning of the
/// id of one of these.
void check_run_name(const std::string& name, std::span<const RunSummary> runs);

/// What a person writes beside the run of that name, as select_run() takes it: kept as an event in the run's folder and
/// entered into the store. Returns the run as it is then. Throws Error (usage) for a name as check_run_name() does; for
/// a note or tag that is not one line of UTF-8 without hidden characters (is_hidden()), or has a password in it; for a
/// tag with blanks or commas; for a baseline, and for a run of another results folder.
RunSummary label_run(Store& store, const std::string& run, const LabelEvent& label);

}  // namespace folio::runs
