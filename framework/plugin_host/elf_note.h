#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::plugin_host {

/// A library's file whose bytes may lie elsewhere: in a copy of it.
struct LibraryFile {
  std::filesystem::path name;   ///< as messages name it
  std::filesystem::path bytes;  ///< where it is read
};

/// The contents of the first note of this name and type in a shared library, read from the file without loading it. A
/// few kilobytes are read, whatever the file's size, and nothing that stands in the file is trusted.
///
/// None where the library carries no such note. Throws Error (plugin), naming the file and the reason, where the file
/// cannot be read, is not a shared library, is built for another machine than this one, or is shorter than its own
/// headers say.
std::optional<std::string> read_elf_note(const LibraryFile& library, std::string_view name, std::uint32_t type);
std::optional<std::string> read_elf_note(const std::filesystem::path& library, std::string_view name,
                                         std::uint32_t type);

/// Which libraries a shared library asks the loader for, and where to look for them.
struct LibraryNeeds {
  std::vector<std::string> libraries;   ///< DT_NEEDED
  std::string run_path;                 ///< DT_RUNPATH as it stands: folders between colons
  std::vector<std::string> unfollowed;  ///< other entries that name libraries or folders, as DT_RPATH and DT_FILTER do
};

/// Throws Error (plugin) as read_elf_note() does, and where the loader could read the dynamic section otherwise.
LibraryNeeds read_library_needs(const LibraryFile& library);

}  // namespace folio::plugin_host
