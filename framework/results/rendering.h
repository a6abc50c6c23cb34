#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "results/comparison.h"
#include "results/comparison_curves.h"
#include "results/explanation.h"
#include "results/run.h"
#include "results/trace.h"
#include "support/page.h"
#include "support/terminal.h"

/// Runs and comparisons as JSON and as text for a person. Numbers that are not finite are texts in the JSON.
namespace folio::results {

/// id, name, state, created, model, metrics and, where they apply, error, elsewhere, other_folder, experiment_file.
nlohmann::json to_json(const RunSummary& run);

/// The summary's fields, settings, origins, facts, environment, plugins, command, sample, folder.
nlohmann::json to_json(const Run& run);

/// comparable (true, false or "partly"), reasons, settings, metrics, common_footing, loss_scale, shows, does_not_show,
/// and which runs are a and b.
nlohmann::json to_json(const Run& a, const Run& b, const Comparison& comparison);

/// All that is known of a run; with `all` the settings that are defaults too.
void add_run(Page& page, const Run& run, bool all);

/// What explain() says of it.
void add_explanation(Page& page, const Run& run, const std::vector<Claim>& claims);

/// A line that says which run `letter` stands for.
void add_title(Page& page, const char* letter, const Run& run);

/// The comparison in its four parts and its two sentences; with `all` every setting, metric and fact.
void add_comparison(Page& page, const Run& a, const Run& b, const Comparison& comparison, const Curves& curves,
                    bool all);

/// Where two runs that should be equal part, step by step.
void add_trace(Page& page, const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b);

/// steps of each and first_difference: null, or its step, in which parts, what they are in a and b, and the meaning.
nlohmann::json trace_to_json(const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b);

/// The state as a person reads it: "finished", "running on node7, not seen from here".
std::string state_text(const RunSummary& run, Paint paint);

/// "model gpt, tokenizer bpe, data set textbooks", as far as they are known.
std::string plugins_line(const nlohmann::json& settings);

}  // namespace folio::results
