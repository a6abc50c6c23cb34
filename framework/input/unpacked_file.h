#pragma once

#include <filesystem>
#include <string>

#include "support/mapped_file.h"

namespace folio::input {

/// A file as its reader wants it.
struct UnpackedFile {
  MappedFile contents;  ///< the file itself, or a temporary one with what its gzip or zstd holds
  std::string hash;     ///< SHA-256 of the file as it lies there
  bool was_packed = false;
};

/// Opens a file, and unpacks it where its content is gzip or zstd, whatever its name. That takes little memory, however
/// large the file is. Throws Error (run) naming the path where it cannot be read or unpacked.
UnpackedFile open_unpacked(const std::filesystem::path& path);

}  // namespace folio::input
