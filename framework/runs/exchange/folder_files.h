#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/error.h"

namespace folio::runs {

/// What lies in a folder that a person named. A link is followed where it stays within that folder: one to a file gives
/// the file, one to a folder nothing, since what is in it is there already.
struct FolderFiles {
  std::vector<std::filesystem::path> files;  ///< by path
  std::vector<std::string> links;  ///< those that were not followed, and what could not be read, a sentence each
};

/// Calls `read`, which reads what a person named, and gives what it gives. Where that cannot be read the Error is one
/// of usage: the store, of which the readers speak, is well.
template <typename Read>
auto read_named(const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::store) throw;
    throw Error(ErrorKind::usage, error.what());
  }
}

/// Whether there is something at the path, be it a link that leads nowhere.
bool is_there(const std::filesystem::path& path);

/// All files of the folder and those below it.
FolderFiles files_below(const std::filesystem::path& folder);

/// Why the link is not followed; empty where it leads to something within the folder.
std::string leads_out(const std::filesystem::path& link, const std::filesystem::path& folder);

/// Copies what lies in the folder into another, which is there. Links within it stay links; returns those that lead out
/// of it and were left out, a sentence each. Throws std::filesystem::filesystem_error.
std::vector<std::string> copy_folder(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace folio::runs
