#pragma once

#include <filesystem>
#include <string>

#include "support/files.h"

namespace folio::plugin_host {

/// A library's contents in memory, where nobody can change them any more: what is hashed and looked at is then what is
/// loaded. Read through one open file, so that a file put in its place meanwhile makes no difference. Where the process
/// may not write a file of that size (ulimit -f), it is that open file itself, which its owner alone could change.
/// Loading from the copy leaves $ORIGIN without meaning; see load_neighbours().
class LibraryCopy {
 public:
  /// Throws Error (plugin), naming the library, where it is no regular file, is larger than 1 GiB or cannot be read.
  explicit LibraryCopy(const std::filesystem::path& library);

  /// Under which it can be opened and loaded while it lives: /proc/self/fd/N.
  std::filesystem::path path() const;

  /// SHA-256 of the contents.
  const std::string& hash() const { return hash_; }

 private:
  FileDescriptor memory_;
  std::string hash_;
};

}  // namespace folio::plugin_host
