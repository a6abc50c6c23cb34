#include "text/text_pieces.h"

#include <algorithm>

#include "support/utf8.h"

namespace folio {
namespace {

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word_boundary(std::string_view text, std::size_t at) {
  return at > 0 && at + 1 < text.size() && text[at] == ' ' && is_ascii_letter(text[at - 1]) &&
         is_ascii_letter(text[at + 1]);
}

/// The end of the last whole character within `limit` bytes, or of the first one.
std::size_t character_end(std::string_view text, std::size_t begin, std::size_t limit) {
  std::size_t end = begin + limit;
  while (end > begin && is_continuation_byte(text[end])) --end;
  if (end > begin) return end;
  ++end;
  while (end < text.size() && is_continuation_byte(text[end])) ++end;
  return end;
}

}  // namespace

std::size_t next_word_boundary(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(' ', from); at != text.npos; at = text.find(' ', at + 1))
    if (is_word_boundary(text, at)) return at;
  return text.size();
}

std::size_t piece_end(std::string_view text, std::size_t begin, std::size_t target_size) {
  if (text.size() - begin <= target_size) return text.size();
  const std::size_t least = std::max<std::size_t>(target_size / 2, 1);
  for (std::size_t size = target_size; size >= least; --size)
    if (is_word_boundary(text, begin + size)) return begin + size;
  return character_end(text, begin, target_size);
}

}  // namespace folio
