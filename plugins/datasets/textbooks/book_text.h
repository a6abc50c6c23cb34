#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/mapped_file.h"

namespace folio::textbooks {

/// What is done about bytes that are not UTF-8.
enum class Utf8Errors {
  strict,   ///< they are an error
  replace,  ///< U+FFFD stands for each, as support/utf8.h defines it
};

/// The text of a file, of any size in little memory.
struct BookText {
  MappedFile contents;  ///< of which `texts` are parts
  /// One, or each book that a file of Project Gutenberg's holds. Valid UTF-8, without byte-order mark and licence.
  std::vector<std::string_view> texts;
  std::string hash;  ///< SHA-256 of the file as it lies there
  std::string note;  ///< what is odd about it, for a person; empty where nothing is
};

/// Throws Error (run) naming the file where input::open_text() does, it holds no text, or has bytes that are not UTF-8
/// and `errors` is strict.
BookText read_book_text(const std::filesystem::path& file, Utf8Errors errors);

/// The first so much of `text`, to the end of the last line that is whole within it; where not one line is, to the end
/// of a character. `share` is greater than 0 and at most 1.
std::string_view first_share(std::string_view text, double share);

}  // namespace folio::textbooks
