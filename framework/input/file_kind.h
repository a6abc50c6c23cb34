#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace folio::input {

/// Throws Error (run) where the bytes are those of a file that is no plain text (PDF, EPUB, zip, xz, RTF, HTML and
/// others, by how they begin), naming `path`, what it is and the command that makes text of it. `was_packed`: the bytes
/// are what the file holds, unpacked.
void refuse_other_kinds(std::string_view bytes, const std::filesystem::path& path, bool was_packed);

/// Whether bytes that are not UTF-8 are no text in another encoding either: many of them are control characters.
bool looks_binary(std::string_view bytes);

}  // namespace folio::input
