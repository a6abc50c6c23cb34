#pragma once

#include <filesystem>
#include <string>

#include "cli/session/global_options.h"
#include "runs/record/run.h"

namespace folio::cli {

/// The run's model folder. Throws Error (usage) where the run has no model.
std::filesystem::path model_of_run(const runs::Run& run);

/// Of the run that a person means by `text`, as runs::select_run() understands it. Throws Error as that does.
std::filesystem::path model_of_run(const std::string& text, const GlobalOptions& global);

}  // namespace folio::cli
