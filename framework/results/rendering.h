#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "results/comparison.h"
#include "results/run.h"
#include "support/terminal.h"

/// Runs and comparisons as JSON and as text for a person. Numbers that are not finite are texts in the JSON.
namespace folio::results {

/// id, name, state, created, model, metrics and, where they apply, error, elsewhere, experiment_file.
nlohmann::json to_json(const RunSummary& run);

/// The summary's fields, settings, origins, facts, environment, plugins, command, sample, folder.
nlohmann::json to_json(const Run& run);

/// comparable (true, false or "partly"), reasons, settings, metrics, common_footing, and which runs are a and b.
nlohmann::json to_json(const Run& a, const Run& b, const Comparison& comparison);

std::string to_text(const Run& run, Paint paint);
std::string to_text(const Run& a, const Run& b, const Comparison& comparison, Paint paint);

/// The state as a person reads it: "finished", "running on node7, not seen from here".
std::string state_text(const RunSummary& run, Paint paint);

}  // namespace folio::results
