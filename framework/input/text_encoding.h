#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "support/mapped_file.h"

namespace folio::input {

/// Unicode in units of more than a byte.
struct WideEncoding {
  int bytes_per_unit;     ///< 2 or 4
  bool is_little_endian;  ///< the low byte first

  std::string_view name() const;  ///< "UTF-16LE", as iconv has it
};

/// What the byte-order mark at the front says; none where there is none, or UTF-8's.
std::optional<WideEncoding> encoding_by_mark(std::string_view bytes);

/// What a text without such a mark may be in: most of its first characters have zeros or control characters where the
/// high bytes of an alphabet's letters and of blanks stand in that encoding.
std::optional<WideEncoding> suspected_encoding(std::string_view bytes);

/// The text in UTF-8, without its byte-order mark, in a temporary file. `path` is what messages call the file. What is
/// no character becomes U+FFFD, or without `replace` throws Error (run) naming the byte.
MappedFile converted_to_utf8(const MappedFile& file, WideEncoding encoding, const std::filesystem::path& path,
                             bool replace);

}  // namespace folio::input
