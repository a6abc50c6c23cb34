#include "textbooks/license.h"

#include <algorithm>

namespace folio::textbooks {

void BodyFinder::look_until(std::size_t end) {
  const std::string_view part = text_.substr(0, end);
  while (looked_ < end) {
    const std::size_t begin = part.find('*', looked_);
    if (begin == part.npos) {
      looked_ = end;
      break;
    }
    looked_ = std::min(text_.find_first_not_of('*', begin), text_.size());
    const bool at_line_start = begin == 0 || text_[begin - 1] == '\n' || text_[begin - 1] == '\r';
    if (at_line_start) take_mark(begin, text_.substr(looked_).starts_with(' ') ? looked_ + 1 : looked_);
  }
}

void BodyFinder::take_mark(std::size_t begin, std::size_t words) {
  const std::string_view rest = text_.substr(words);
  const bool is_start = rest.starts_with("START OF TH"), is_end = rest.starts_with("END OF TH");
  const bool is_small_print = rest.starts_with("END*THE SMALL PRINT") || rest.starts_with("END THE SMALL PRINT");
  if (!is_start && !is_end && !is_small_print) return;
  const std::string_view words_of_line = rest.substr(0, rest.find_first_of("\r\n"));
  if (!is_small_print && words_of_line.find("PROJECT GUTENBERG") == words_of_line.npos) return;

  const std::string_view after = rest.substr(words_of_line.size());
  const std::size_t line_end = after.starts_with("\r\n") ? 2 : after.empty() ? 0 : 1;
  const Line line{begin, words + words_of_line.size() + line_end};
  if (is_small_print) {
    if (!small_print_) small_print_ = line;
  } else if (is_start) {
    if (!start_) start_ = line;
    several_ = several_ || end_after_start_;
  } else {
    if (!end_) end_ = line;
    if (small_print_ && !end_after_small_print_) end_after_small_print_ = line;
    if (start_ && !end_after_start_) end_after_start_ = line;
  }
}

Body BodyFinder::body() const {
  const std::optional<Line>& before = start_ ? start_ : small_print_;
  const std::optional<Line>& after = start_ ? end_after_start_ : small_print_ ? end_after_small_print_ : end_;
  Body body{.begin = before ? before->end : 0,
            .end = after ? after->begin : text_.size(),
            .marked = before || after,
            .note = {}};
  if (start_ && !after)
    body.note = "it has a START line of Project Gutenberg's but no END line after it, and was taken to its end";
  else if (after && !before)
    body.note = "it has an END line of Project Gutenberg's but no START line, and was taken from its beginning";
  else if (several_)
    body.note = "it holds several books of Project Gutenberg's, of which only the first was taken";
  return body;
}

Body find_body(std::string_view text) {
  BodyFinder finder(text);
  finder.look_until(text.size());
  return finder.body();
}

}  // namespace folio::textbooks
