#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace folio {

/// An object as every answer of Folio's is written: with "schema_version" added, whole numbers as such (3, not 3.0),
/// U+FFFD for what is not UTF-8, and hidden characters as \u escapes. `indent` -1 makes one line. It ends with a line
/// end.
std::string versioned_json(nlohmann::json object, int indent = -1);

/// {"error": {"kind": "usage", "message": "..."}}, in one line.
std::string error_json(std::string_view kind, const std::string& message);

}  // namespace folio
