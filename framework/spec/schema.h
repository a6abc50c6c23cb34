#pragma once

#include <nlohmann/json.hpp>

#include "spec/experiment.h"

namespace folio::spec {

/// The JSON Schema (draft 2020-12) of experiment files with exactly these plugins, for editors. It is a little more
/// lenient than load_experiment(), which alone decides: that a required option is missing it does not say.
nlohmann::json schema(const Declarations& declarations);

}  // namespace folio::spec
