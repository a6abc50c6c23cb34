#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "support/files.h"

/// The real books, for tests that want them.
namespace folio::test {

/// The folder with the books: FOLIO_DATA, else shared/data beside the repository or beside a folder that it lies in.
inline std::optional<std::filesystem::path> book_folder() {
  if (const char* const given = std::getenv("FOLIO_DATA")) return given;
  for (std::filesystem::path above = FOLIO_SOURCE_DIR; above.has_relative_path(); above = above.parent_path()) {
    const std::filesystem::path folder = above.parent_path() / "shared" / "data";
    if (std::filesystem::exists(folder / "romeo-and-juliet.txt")) return folder;
  }
  return std::nullopt;
}

/// Whether missing books are a failure rather than a reason to skip.
inline bool books_are_required() { return std::getenv("CI") != nullptr; }

/// A book's text, line ends as in the file, without the byte-order mark that two of them have.
inline std::string read_book(const std::filesystem::path& folder, const std::string& name) {
  std::string text = read_file(folder / (name + ".txt"));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

}  // namespace folio::test
