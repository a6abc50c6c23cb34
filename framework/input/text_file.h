#pragma once

#include <filesystem>
#include <string>

#include "support/mapped_file.h"

namespace folio::input {

/// A file of text as its reader wants it.
struct TextFile {
  MappedFile contents;  ///< bytes that nobody has checked to be UTF-8 yet, maybe with UTF-8's byte-order mark
  std::string hash;     ///< SHA-256 of the file as it lies there
  std::string note;     ///< what a person should know about it; empty where there is nothing
};

/// Opens a file of text: unpacks gzip and zstd as open_unpacked() does, and converts UTF-16 and UTF-32 that a
/// byte-order mark tells. `replace`: U+FFFD stands for what is no character in these. Throws Error (run) naming the
/// path where it cannot be read, unpacked or converted, is a file of another kind (PDF, HTML and the like), or looks
/// like UTF-16 or UTF-32 without a mark.
TextFile open_text(const std::filesystem::path& path, bool replace);

/// Adds a remark to others; an empty one adds nothing.
void add_note(std::string& notes, const std::string& note);

}  // namespace folio::input
