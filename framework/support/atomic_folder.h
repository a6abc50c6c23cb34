#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "support/files.h"

namespace folio {

// Whoever fills a folder under a name of its own before it gets its real one holds a lock on it. The system lets go of
// that when the process ends, which tells a folder in use from what a killed process left.

/// Makes the folder and locks it, as long as the descriptor is open. An invalid descriptor, with errno set, where it
/// cannot be made: EEXIST where there is something of that name, or another process took it for an abandoned one.
FileDescriptor make_locked_folder(const std::filesystem::path& path);

/// Removes from `parent` the folders that nobody has locked, of those whose names `is_one` knows. One on a file system
/// without locks stays.
void remove_unlocked_folders(const std::filesystem::path& parent, const std::function<bool(std::string_view)>& is_one);

/// A folder that appears at its path whole: after a crash at any moment it is there with all that was written into it,
/// or not at all. Until then it grows as a temporary folder beside its path, which is removed where commit is not
/// reached, and where its process was killed by the next AtomicFolder of the same path. All functions throw Error of
/// the kind that is given, naming the path.
class AtomicFolder {
 public:
  /// What is at `target` may only be an empty folder.
  explicit AtomicFolder(const std::filesystem::path& target, ErrorKind kind = ErrorKind::run);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to write to, until commit() is called.
  const std::filesystem::path& path() const { return temporary_; }

  /// Puts it in place, on the disk too; the files in it must have been synced. Call once, last.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  ErrorKind kind_;
  FileDescriptor lock_;  ///< tells one that is in use from what a killed process left
  bool committed_ = false;
};

}  // namespace folio
