#pragma once

#include <nlohmann/json.hpp>

#include "runs/record/run.h"

/// A run as JSON. Numbers that are not finite are texts.
namespace folio::runs {

/// As `ls --json` lists it (docs/output.schema.json); fields that do not apply are left out.
nlohmann::json to_json(const RunSummary& run);

/// As `show --json` prints it.
nlohmann::json to_json(const Run& run);

}  // namespace folio::runs
