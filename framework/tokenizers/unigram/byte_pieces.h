#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace folio::unigram {

/// The piece of a byte, as "<0x0A>".
inline std::string byte_piece(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4 & 0xF], kDigits[byte & 0xF], '>'};
}

/// The byte that a piece stands for, -1 for none: "<0x", two hexadecimal digits in either case, ">".
inline int byte_of_piece(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || !text.ends_with('>')) return -1;
  unsigned byte = 0;
  const char* const end = text.data() + 5;
  return std::from_chars(text.data() + 3, end, byte, 16).ptr == end ? static_cast<int>(byte) : -1;
}

}  // namespace folio::unigram
