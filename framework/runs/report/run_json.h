#pragma once

#include <nlohmann/json.hpp>

#include "runs/record/run.h"

/// A run as JSON. Numbers that are not finite are texts.
namespace folio::runs {

/// id, name, state, created, model, metrics and, where they apply, error, elsewhere, other_folder, experiment_file.
nlohmann::json to_json(const RunSummary& run);

/// The summary's fields, settings, origins, facts, environment, plugins, command, sample, folder.
nlohmann::json to_json(const Run& run);

}  // namespace folio::runs
