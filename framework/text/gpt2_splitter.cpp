#include "text/gpt2_splitter.h"

#include "text/char_class.h"
#include "text/utf8.h"

namespace folio {
namespace {

struct Character {
  CharClass char_class;
  std::size_t length;
};

Character character_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {kAsciiClasses[byte], 1};
  const DecodedCodePoint decoded = decode_code_point(text, at);
  return {char_class(decoded.value), decoded.length};
}

/// The end of the characters of one class that begin at `at`.
std::size_t run_end(std::string_view text, std::size_t at, CharClass wanted) {
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      if (kAsciiClasses[byte] != wanted) break;
      ++at;
      continue;
    }
    const Character character = character_at(text, at);
    if (character.char_class != wanted) break;
    at += character.length;
  }
  return at;
}

/// The length of 's 't 'm 'd 're 've 'll where one begins at the apostrophe, else 0.
std::size_t contraction_length(std::string_view text, std::size_t apostrophe) {
  const std::string_view tail = text.substr(apostrophe + 1, 2);
  if (tail.empty()) return 0;
  if (tail[0] == 's' || tail[0] == 't' || tail[0] == 'm' || tail[0] == 'd') return 2;
  return tail == "re" || tail == "ve" || tail == "ll" ? 3 : 0;
}

/// \s+(?!\S)|\s+ : a run of white space leaves its last character to the word that follows, unless it is the only one.
std::size_t space_end(std::string_view text, std::size_t begin) {
  const std::size_t end = run_end(text, begin, CharClass::space);
  if (end == text.size()) return end;
  std::size_t last = end - 1;
  while ((static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
  return last > begin ? last : end;
}

}  // namespace

std::size_t gpt2_word_end(std::string_view text, std::size_t begin) {
  if (text[begin] == '\'') {
    if (const std::size_t length = contraction_length(text, begin)) return begin + length;
  }
  const std::size_t first = begin + (text[begin] == ' ' ? 1 : 0);
  if (first == text.size()) return first;
  const CharClass first_class = character_at(text, first).char_class;
  if (first_class == CharClass::space) return space_end(text, begin);
  return run_end(text, first, first_class);
}

}  // namespace folio
