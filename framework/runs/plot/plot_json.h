#pragma once

#include <nlohmann/json.hpp>

#include "runs/plot/plot.h"

namespace folio::runs {

/// As docs/output.schema.json describes it: a point is [x, y], of a group [x, mean, lowest, highest, runs].
nlohmann::json to_json(const Plot& plot);

}  // namespace folio::runs
