#pragma once

#include <nlohmann/json.hpp>

#include "runs/compare/repetition.h"
#include "terminal/page.h"

namespace folio::runs {

/// What a run's repetition showed, as text and as JSON.
void add_repetition(Page& page, const Repetition& repetition);
nlohmann::json to_json(const Repetition& repetition);

}  // namespace folio::runs
