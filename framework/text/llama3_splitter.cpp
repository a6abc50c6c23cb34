#include "text/llama3_splitter.h"

#include "text/char_runs.h"

namespace folio {
namespace {

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The length of 's 't 'm 'd 're 've 'll in either case where one begins at the apostrophe, else 0. The long s (U+017F)
/// is an s whose case does not matter.
std::size_t llama3_contraction_length(std::string_view text, std::size_t apostrophe) {
  const std::string_view tail = text.substr(apostrophe + 1, 2);
  if (tail.empty()) return 0;
  const char first = lower_case(tail[0]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (tail.size() < 2) return 0;
  if (tail == "\u017f") return 3;
  const char second = lower_case(tail[1]);
  return ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l') ? 3 : 0;
}

/// \p{N}{1,DIGITS}
std::size_t number_end(std::string_view text, std::size_t at, int digits) {
  for (int left = digits; left > 0 && at < text.size(); --left) {
    const ClassedCharacter character = character_at(text, at);
    if (character.char_class != CharClass::number) break;
    at += character.length;
  }
  return at;
}

/// [^\s\p{L}\p{N}]+[\r\n]*
std::size_t signs_end(std::string_view text, std::size_t at) {
  at = run_end(text, at, CharClass::other);
  while (at < text.size() && is_line_end(text[at])) ++at;
  return at;
}

/// \s*[\r\n]+|\s+(?!\S)|\s+ : a run of white space up to its last line end, or else all but its last character.
std::size_t blank_end(std::string_view text, std::size_t begin) {
  const std::size_t end = run_end(text, begin, CharClass::space);
  for (std::size_t at = end; at > begin; --at)
    if (is_line_end(text[at - 1])) return at;
  return space_end(text, begin);
}

std::size_t words_end(std::string_view text, std::size_t begin, int digits) {
  if (text[begin] == '\'') {
    if (const std::size_t length = llama3_contraction_length(text, begin)) return begin + length;
  }
  const ClassedCharacter first = character_at(text, begin);
  if (first.char_class == CharClass::letter) return run_end(text, begin, CharClass::letter);
  if (first.char_class == CharClass::number) return number_end(text, begin, digits);
  const std::size_t next = begin + first.length;
  if (next < text.size() && !is_line_end(text[begin])) {
    // A letter or, after a space, a sign takes the character before it into its word.
    const CharClass next_class = character_at(text, next).char_class;
    if (next_class == CharClass::letter) return run_end(text, next, CharClass::letter);
    if (text[begin] == ' ' && next_class == CharClass::other) return signs_end(text, next);
  }
  return first.char_class == CharClass::other ? signs_end(text, begin) : blank_end(text, begin);
}

}  // namespace

std::size_t llama3_word_end(std::string_view text, std::size_t begin) { return words_end(text, begin, 3); }

std::size_t qwen2_word_end(std::string_view text, std::size_t begin) { return words_end(text, begin, 1); }

}  // namespace folio
