#pragma once

#include <nlohmann/json.hpp>

#include "runs/compare/comparison.h"
#include "runs/record/run.h"

/// A comparison as JSON. Numbers that are not finite are texts.
namespace folio::runs {

/// comparable (true, false or "partly"), reasons, settings, metrics, common_footing, loss_scale, shows, does_not_show,
/// and which runs are a and b.
nlohmann::json to_json(const Run& a, const Run& b, const Comparison& comparison);

}  // namespace folio::runs
