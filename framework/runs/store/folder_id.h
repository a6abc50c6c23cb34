#pragma once

#include <filesystem>
#include <string>

namespace folio::runs {

/// What tells a results folder from every other one that enters its runs into the same server: 32 hexadecimal digits,
/// kept in its file `folder-id`, so that they are the same on each machine that mounts the folder, and after it was
/// moved within its file system. A copy of the folder is another folder, unless it lies on a network. Empty where there
/// is none and the folder cannot be written.
std::string folder_id(const std::filesystem::path& results);

}  // namespace folio::runs
