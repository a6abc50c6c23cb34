#pragma once

#include <nlohmann/json.hpp>

#include "formats/strict_json.h"
#include "support/process_identity.h"

namespace folio::runs {

/// {"host", "boot_id", "pid", "start_time"}, as run.json and the events carry a process.
nlohmann::json to_json(const ProcessIdentity& process);

/// Throws Error, naming the path, where a field is missing or no process has it.
ProcessIdentity process_from_json(const JsonPart& part);

}  // namespace folio::runs
