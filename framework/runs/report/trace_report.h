#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "runs/record/trace.h"
#include "terminal/page.h"

/// Two traces held against each other, as text and as JSON.
namespace folio::runs {

/// Where two runs that should be equal part, step by step.
void add_trace(Page& page, const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b);

/// steps of each and first_difference: null, or its step, in which parts, what they are in a and b, and the meaning.
nlohmann::json trace_to_json(const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b);

}  // namespace folio::runs
