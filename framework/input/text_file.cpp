#include "input/text_file.h"

#include <fmt/format.h>

#include <utility>

#include "input/file_kind.h"
#include "input/text_encoding.h"
#include "input/unpacked_file.h"
#include "support/error.h"

namespace folio::input {

TextFile open_text(const std::filesystem::path& path, bool replace) {
  UnpackedFile file = open_unpacked(path);
  TextFile text{.contents = std::move(file.contents), .hash = std::move(file.hash), .note = {}};
  if (const auto encoding = encoding_by_mark(text.contents.bytes())) {
    text.contents = converted_to_utf8(text.contents, *encoding, path, replace);
    text.note = fmt::format("it is {} according to its byte-order mark, and was converted to UTF-8", encoding->name());
  }
  refuse_other_kinds(text.contents.bytes(), path, file.was_packed);
  if (const auto suspected = suspected_encoding(text.contents.bytes())) {
    throw Error(
        ErrorKind::run,
        fmt::format(
            "{0}: looks like {1} without a byte-order mark; expected UTF-8; to convert it: iconv -f {1} -t UTF-8",
            path.string(), suspected->name()));
  }
  if (has_many_controls(text.contents.bytes())) {
    throw Error(ErrorKind::run,
                fmt::format("{}: is full of control characters, so it is not text, or is UTF-16 without a byte-order "
                            "mark; expected plain text in UTF-8 (to convert UTF-16: iconv -f UTF-16LE -t UTF-8)",
                            path.string()));
  }
  return text;
}

void add_note(std::string& notes, const std::string& note) {
  if (note.empty()) return;
  if (!notes.empty()) notes += "; ";
  notes += note;
}

}  // namespace folio::input
