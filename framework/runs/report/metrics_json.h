#pragma once

#include <nlohmann/json.hpp>

#include "runs/record/facts.h"
#include "runs/record/metrics.h"

namespace folio::runs {

nlohmann::json to_json(const Metric& metric);
nlohmann::json to_json(const FactMeaning& fact);

/// What every metric and every fact means, as `runner metrics --json` prints it.
nlohmann::json meanings_json();

}  // namespace folio::runs
