#pragma once

#include <filesystem>

#include "support/files.h"

namespace folio {

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
