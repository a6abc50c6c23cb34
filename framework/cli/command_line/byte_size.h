#pragma once

#include <cstdint>
#include <string>

namespace folio::cli {

/// What stands behind an option that takes a size: "5GB", "500MiB". Throws Error (usage), which begins with the
/// option's name, for what is no size and for one without a unit.
std::uint64_t byte_size(const std::string& option, const std::string& text);

}  // namespace folio::cli
