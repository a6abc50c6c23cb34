#include "text/gpt2_splitter.h"

#include "text/char_runs.h"

namespace folio {
namespace {

/// The length of 's 't 'm 'd 're 've 'll where one begins at the apostrophe, else 0.
std::size_t gpt2_contraction_length(std::string_view text, std::size_t apostrophe) {
  const std::string_view tail = text.substr(apostrophe + 1, 2);
  if (tail.empty()) return 0;
  if (tail[0] == 's' || tail[0] == 't' || tail[0] == 'm' || tail[0] == 'd') return 2;
  return tail == "re" || tail == "ve" || tail == "ll" ? 3 : 0;
}

}  // namespace

std::size_t gpt2_word_end(std::string_view text, std::size_t begin) {
  if (text[begin] == '\'') {
    if (const std::size_t length = gpt2_contraction_length(text, begin)) return begin + length;
  }
  const std::size_t first = begin + (text[begin] == ' ' ? 1 : 0);
  if (first == text.size()) return first;
  const CharClass first_class = character_at(text, first).char_class;
  if (first_class == CharClass::space) return space_end(text, begin);
  return run_end(text, first, first_class);
}

}  // namespace folio
