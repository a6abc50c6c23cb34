#pragma once

#include <filesystem>

#include "runs/record/run.h"

namespace folio::cli {

/// What a run's end says to a person, or all of it as JSON; gives the exit code.
int report_end(const runs::Run& run, bool as_json);

/// What whoever starts a run in the background sees of it. `folder` is the run's.
void report_begun(const runs::RunInfo& run, const std::filesystem::path& folder, bool as_json);

}  // namespace folio::cli
