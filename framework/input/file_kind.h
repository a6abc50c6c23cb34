#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace folio::input {

/// Throws Error (run) where the bytes are those of a file that is no plain text (PDF, EPUB, zip, xz, RTF, HTML and
/// others, by how they begin), naming `path`, what it is and the command that makes text of it. `was_packed`: the bytes
/// are what the file holds, unpacked.
void refuse_other_kinds(std::string_view bytes, const std::filesystem::path& path, bool was_packed);

/// Whether the byte is a control character that no text has: not a tab, an end of a line or page, a backspace (as
/// manual pages overstrike), the end mark of DOS or a terminal's escape. Zero is none either: some texts hold it.
bool is_odd_control(char byte);

/// Whether a text's first characters hold more than a few of these, be they UTF-8 or not.
bool has_many_controls(std::string_view bytes);

/// Whether bytes that are not UTF-8 are no text in another encoding either: many of them are control characters.
bool looks_binary(std::string_view bytes);

}  // namespace folio::input
