#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "runs/compare/explanation.h"
#include "runs/record/run.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

/// A run as text for a person.
namespace folio::runs {

/// All that is known of a run; with `all` the settings that are defaults too.
void add_run(Page& page, const Run& run, bool all);

/// What explain() says of it.
void add_explanation(Page& page, const Run& run, const std::vector<Claim>& claims);

/// The state as a person reads it: "finished", "running on node7, not seen from here".
std::string state_text(const RunSummary& run, Paint paint);

/// The versions and the machine, the experiment's commit, and which build of each plugin it was: names and values.
std::vector<std::pair<std::string, std::string>> environment_texts(const Run& run);

/// "model gpt, tokenizer bpe, data set textbooks", as far as they are known.
std::string plugins_line(const nlohmann::json& settings);

}  // namespace folio::runs
