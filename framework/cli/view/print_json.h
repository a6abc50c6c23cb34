#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

/// What commands print with --json; docs/json.md says what each prints.
namespace folio::cli {

/// An object, with "schema_version" added and whole numbers written as such (3, not 3.0): two spaces of indent, and a
/// line end. What is not UTF-8 in a text is U+FFFD.
void print_json(nlohmann::json object);

/// The same in one line, for a command that prints many.
std::string json_line(nlohmann::json object);

/// {"error": {"kind": "usage", "message": "..."}}, in one line.
void print_error_json(std::string_view kind, const std::string& message);

}  // namespace folio::cli
