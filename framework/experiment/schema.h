#pragma once

#include <nlohmann/json.hpp>

#include "experiment/experiment.h"

namespace folio::experiment {

/// The JSON Schema (draft 2020-12) of experiment files with exactly these plugins, for editors. It is a little more
/// lenient than load_experiment(), which alone decides: that a required option is missing it does not say.
nlohmann::json schema(const Declarations& declarations);

}  // namespace folio::experiment
