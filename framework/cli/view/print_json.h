#pragma once

#include <nlohmann/json.hpp>

namespace folio::cli {

/// For --json: two spaces of indent, and a line end. What is not UTF-8 in a text is U+FFFD.
void print_json(const nlohmann::json& json);

}  // namespace folio::cli
