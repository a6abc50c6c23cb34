#pragma once

#include <string>

#include "cli/session/global_options.h"
#include "runs/record/events.h"

namespace folio::cli {

/// runs::label_run(), told on standard output.
void label_run(const GlobalOptions& global, const std::string& name, const runs::LabelEvent& label);

}  // namespace folio::cli
