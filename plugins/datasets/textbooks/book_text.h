#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "support/mapped_file.h"

namespace folio::textbooks {

/// What is done about bytes that are not UTF-8.
enum class Utf8Errors {
  strict,   ///< they are an error
  replace,  ///< U+FFFD stands for each, as support/utf8.h defines it
};

/// The text of a book in a file, of any size in little memory.
struct BookText {
  MappedFile contents;    ///< of which `text` is a part
  std::string_view text;  ///< valid UTF-8, without byte-order mark and Project Gutenberg's licence
  std::string hash;       ///< SHA-256 of the file as it lies there
  std::string note;       ///< what is odd about it, for a person; empty where nothing is
};

/// Throws Error (run) naming the file where it cannot be read or unpacked, holds no text, or has bytes that are not
/// UTF-8 and `errors` is strict.
BookText read_book_text(const std::filesystem::path& file, Utf8Errors errors);

/// The first so much of `text`, to the end of the last line that is whole within it; where not one line is, to the end
/// of a character. `share` is greater than 0 and at most 1.
std::string_view first_share(std::string_view text, double share);

/// Adds a remark to others.
void add_note(std::string& notes, const std::string& note);

}  // namespace folio::textbooks
