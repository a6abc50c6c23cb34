#pragma once

#include <nlohmann/json.hpp>

#include "folio/model.h"

namespace folio::worker {

/// The parameter count that many write down for a transformer, beside the model's own:
///
///   vocab * hidden + layers * (4 * hidden^2 + 2 * hidden * intermediate)
///
/// {"vocab", "hidden", "layers", "intermediate",
///  "count": the formula's value, "without_feed_forward": the same without its last term,
///  "differences": [{"what", "formula", "exact", "difference", "tensors"}...]}
///
/// The differences, exact - formula, sum up to the model's count less the formula's. "tensors" names a few of the
/// parameters, with their shapes. The sizes are those of config_json(); null where it has no such sizes.
nlohmann::json short_formula(const Model& model);

}  // namespace folio::worker
