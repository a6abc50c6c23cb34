#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "support/files.h"

namespace folio::runs {

/// What is exported: a file that appears whole, or standard output where the path is "-". Throws Error (store) when the
/// file is there already, or it cannot be written.
class ExportFile {
 public:
  explicit ExportFile(const std::filesystem::path& to);

  void write(std::string_view bytes);
  std::uint64_t written() const { return written_; }

  /// Call once, last.
  void commit();

 private:
  std::optional<AtomicFile> file_;
  std::uint64_t written_ = 0;
};

/// Throws Error (store) where there is something at the path.
void require_absent(const std::filesystem::path& to);

}  // namespace folio::runs
