#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
/// Whether a text is UTF-8 at all is asked of support/utf8.h.
namespace folio {

constexpr char32_t kReplacementCharacter = U'\uFFFD';

/// U+0000 to U+10FFFF: the size of a table of all.
constexpr std::size_t kCodePoints = 0x110000;

/// One step through a text.
struct DecodedCodePoint {
  char32_t value = kReplacementCharacter;
  std::size_t length = 1;  ///< bytes taken, at least 1
  bool valid = false;
};

/// What stands at text[at], with at < text.size(). Where that is not UTF-8, `length` is the "maximal subpart": the
/// bytes that could have begun a character, or a single byte. Python and Rust put one U+FFFD for each such part.
DecodedCodePoint decode_code_point(std::string_view text, std::size_t at);

/// The text with U+FFFD in place of each maximal subpart that is not UTF-8.
std::string replace_invalid_utf8(std::string_view text);

/// The code point, a valid one, appended as UTF-8.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace folio
