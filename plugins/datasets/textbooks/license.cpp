#include "textbooks/license.h"

#include <algorithm>
#include <optional>

namespace folio::textbooks {
namespace {

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< after its line end
};

/// The first line at or after `from` that begins with `*`s, perhaps a space, and `words`, and holds `also`.
std::optional<Line> find_mark(std::string_view text, std::size_t from, std::string_view words, std::string_view also) {
  for (std::size_t at = text.find(words, from); at != text.npos; at = text.find(words, at + 1)) {
    std::size_t begin = at;
    if (begin > from && text[begin - 1] == ' ') --begin;
    const std::size_t stars_end = begin;
    while (begin > from && text[begin - 1] == '*') --begin;
    const bool at_line_start = begin == 0 || text[begin - 1] == '\n' || text[begin - 1] == '\r';
    if (stars_end == begin || !at_line_start) continue;
    std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    if (text.substr(at, end - at).find(also) == text.npos) continue;
    if (text.substr(end, 2) == "\r\n") {
      end += 2;
    } else if (end < text.size()) {
      end += 1;
    }
    return Line{begin, end};
  }
  return std::nullopt;
}

constexpr std::string_view kProject = "PROJECT GUTENBERG";

}  // namespace

Body find_body(std::string_view text) {
  const auto start = find_mark(text, 0, "START OF TH", kProject);
  auto small_print = find_mark(text, 0, "END*THE SMALL PRINT", "");
  if (!small_print) small_print = find_mark(text, 0, "END THE SMALL PRINT", "");
  const std::size_t begin = start ? start->end : small_print ? small_print->end : 0;
  const auto end = find_mark(text, begin, "END OF TH", kProject);

  Body body{.begin = begin, .end = end ? end->begin : text.size(), .marked = start || small_print || end, .note = {}};
  if (start && !end) {
    body.note = "it has a START line of Project Gutenberg's but no END line after it, and was taken to its end";
  } else if (end && !start && !small_print) {
    body.note = "it has an END line of Project Gutenberg's but no START line, and was taken from its beginning";
  } else if (end && find_mark(text, end->end, "START OF TH", kProject)) {
    body.note = "it holds several books of Project Gutenberg's, of which only the first was taken";
  }
  return body;
}

}  // namespace folio::textbooks
