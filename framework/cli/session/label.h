#pragma once

#include <span>
#include <string>

#include "cli/session/global_options.h"
#include "runs/record/events.h"
#include "runs/record/run.h"

namespace folio::cli {

/// Throws Error (usage) unless the text can be the name of a run (problem_with_name()) and is not the beginning of the
/// id of one of these.
void check_run_name(const std::string& name, std::span<const runs::RunSummary> runs);

/// What a person writes beside the run of that name: kept as an event in the run's folder, entered into the store, and
/// told on standard output. Throws Error (usage) for a baseline and for a run of another results folder.
void label_run(const GlobalOptions& global, const std::string& name, const runs::LabelEvent& label);

/// Throws Error (usage) unless the text is one line of UTF-8 without hidden characters (is_hidden()) and without
/// a password; `what` names it ("note").
void check_label_text(const std::string& text, const char* what);

}  // namespace folio::cli
