#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/session/session.h"

namespace folio::cli {

/// Asks a worker what a run of the experiment would be (its keys: data, plan, parameters, memory, time, precision,
/// device); what is wrong with the data or between the sections is thrown.
nlohmann::json preflight(const experiment::Experiment& experiment, const Session& session);

/// "about 5 min 20 s", or "5 min to 9 min" where it is a guess, of [low, high] in seconds.
std::string duration_text(const nlohmann::json& seconds);

}  // namespace folio::cli
