#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "support/error.h"
#include "support/files.h"

namespace folio {

/// A file's bytes at an address in memory, brought in by the system as they are read. The file must not be made shorter
/// meanwhile: reading what is gone ends the process.
class MappedFile {
 public:
  MappedFile() = default;  ///< no bytes

  /// Throws Error of the given kind naming the path where it is no plain file that can be read.
  explicit MappedFile(const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);
  /// Of a regular file that is open for reading; `path` is what messages call it.
  MappedFile(const FileDescriptor& file, const std::filesystem::path& path, ErrorKind kind = ErrorKind::run);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  /// Where the bytes are does not change when the object is moved.
  std::string_view bytes() const { return {data_, size_}; }

  /// Gives back the memory that the bytes before `end` take. They stay readable, and are then brought in anew.
  void forget(std::size_t end) const;

  /// Calls `visit` with the bounds of some MiB at a time, first to last, and forgets what was visited, so that going
  /// through a file of any size takes little memory.
  void for_each_part(const std::function<void(std::size_t begin, std::size_t end)>& visit) const;

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace folio
