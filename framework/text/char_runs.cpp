#include "text/char_runs.h"

#include "support/utf8.h"

namespace folio {

ClassedCharacter character_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {kAsciiClasses[byte], 1};
  const DecodedCodePoint decoded = decode_code_point(text, at);
  return {char_class(decoded.value), decoded.length};
}

std::size_t run_end(std::string_view text, std::size_t at, CharClass wanted) {
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      if (kAsciiClasses[byte] != wanted) break;
      ++at;
      continue;
    }
    const ClassedCharacter character = character_at(text, at);
    if (character.char_class != wanted) break;
    at += character.length;
  }
  return at;
}

std::size_t space_end(std::string_view text, std::size_t begin) {
  const std::size_t end = run_end(text, begin, CharClass::space);
  if (end == text.size()) return end;
  std::size_t last = end - 1;
  while (is_continuation_byte(text[last])) --last;
  return last > begin ? last : end;
}

}  // namespace folio
