#pragma once

#include <string_view>

namespace folio {

/// Folio's own, as CMakeLists.txt has it: "0.1.0".
std::string_view folio_version();

/// Of the JSON that commands print and export (docs/json.md): raised where a field goes or changes its meaning, not
/// where one is added.
constexpr int kJsonSchemaVersion = 1;

}  // namespace folio
