#pragma once

#include <string_view>

namespace folio {

/// Folio's own, as CMakeLists.txt has it: "0.1.0".
std::string_view folio_version();

}  // namespace folio
