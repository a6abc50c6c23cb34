#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// UTF-8 as the Unicode standard defines it (version 15, table 3-7): no overlong forms, no surrogates, nothing above
/// U+10FFFF. A zero byte is a character like others.
namespace folio {

constexpr char32_t kReplacementCharacter = U'\uFFFD';

/// U+0000 to U+10FFFF: the size of a table of all.
constexpr std::size_t kCodePoints = 0x110000;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Whether the byte stands within a character, behind its first.
constexpr bool is_continuation_byte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// One step through a text.
struct DecodedCodePoint {
  char32_t value = kReplacementCharacter;
  std::size_t length = 1;  ///< bytes taken, at least 1
  bool valid = false;
};

/// decode_code_point() where text[at] is no ASCII.
DecodedCodePoint decode_beyond_ascii(std::string_view text, std::size_t at);

/// What stands at text[at], with at < text.size(). Where that is not UTF-8, `length` is the "maximal subpart": the
/// bytes that could have begun a character, or a single byte. Python and Rust put one U+FFFD for each such part.
inline DecodedCodePoint decode_code_point(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte < 0x80 ? DecodedCodePoint{byte, 1, true} : decode_beyond_ascii(text, at);
}

/// The code point, a valid one, appended as UTF-8.
void append_utf8(std::string& text, char32_t code_point);

/// The offset of the first byte that does not belong to UTF-8; none when all of `text` is UTF-8. Of a sequence that is
/// cut short or goes wrong it is the offset of the sequence's first byte.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// The text with U+FFFD in place of each maximal subpart that is not UTF-8.
std::string replace_invalid_utf8(std::string_view text);

/// Whether a terminal does not show the character as one of its own but obeys it, or shows other text otherwise for it:
/// control characters (C0 with line ends and tabs, DEL, C1), separators of lines and paragraphs, and what has no width
/// or changes the direction of writing (of Unicode's "format" characters those that are no letters' parts).
bool is_hidden(char32_t point);

/// The text as one line that a terminal takes for nothing but text: line ends and tabs are blanks, other hidden
/// characters and what is not UTF-8 are U+FFFD. With `keep_lines` line ends and tabs stay.
std::string without_controls(std::string_view text, bool keep_lines = false);

/// Whether there are control characters of ASCII in the text, among them line ends and tabs. A name that has one is
/// refused where it comes in: it would make lines of its own in what names it.
bool has_control_characters(std::string_view text);

/// The text of one message as without_controls() makes it, with its lines; one that begins as another message would
/// ("error:", "warning:", "note:") is set in, since it may be part of a name.
std::string one_message(std::string_view text);

/// JSON that means the same and shows as it is: hidden characters, which may stand in its strings, are \u escapes.
std::string escape_hidden(std::string json);

}  // namespace folio
