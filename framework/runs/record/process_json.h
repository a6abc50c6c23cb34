#pragma once

#include <nlohmann/json.hpp>

#include "support/process_identity.h"

namespace folio::runs {

/// {"host", "boot_id", "pid", "start_time"}, as run.json and the events carry a process.
nlohmann::json to_json(const ProcessIdentity& process);

/// Throws nlohmann::json::exception where a field is missing or of another type.
ProcessIdentity process_from_json(const nlohmann::json& json);

}  // namespace folio::runs
