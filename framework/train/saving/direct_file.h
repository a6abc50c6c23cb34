#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "formats/checkpoint_manifest.h"
#include "support/files.h"
#include "support/sha256.h"

namespace folio::train {

/// A new file, written once from its beginning to its end and hashed on the way. Its bytes go past the system's page
/// cache where the file system allows that: through the cache a large file costs the training beside it several times
/// the processor time, and what the training reads is pushed out. All functions throw Error (run) naming the path.
class DirectFile {
 public:
  /// Nothing may be there under that name.
  explicit DirectFile(std::filesystem::path path);

  void write(std::string_view bytes);

  /// Writes what is left and syncs the file. Call once, last.
  CheckpointManifest::File finish();

 private:
  void write_piece();

  struct Free {
    void operator()(char* piece) const;
  };
  std::filesystem::path path_;
  FileDescriptor file_;
  std::unique_ptr<char, Free> piece_;  ///< aligned as such a file needs it
  std::size_t filled_ = 0;             ///< of the piece
  std::uint64_t size_ = 0;
  Sha256 hash_;
};

}  // namespace folio::train
