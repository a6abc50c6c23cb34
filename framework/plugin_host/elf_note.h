#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace folio::plugin_host {

/// The contents of the first note of this name and type in a shared library, read from the file without loading it. A
/// few kilobytes are read, whatever the file's size, and nothing that stands in the file is trusted.
///
/// None where the library carries no such note. Throws Error (plugin), naming the file and the reason, where the file
/// cannot be read, is not a shared library, is built for another machine than this one, or is shorter than its own
/// headers say.
std::optional<std::string> read_elf_note(const std::filesystem::path& library, std::string_view name,
                                         std::uint32_t type);

}  // namespace folio::plugin_host
