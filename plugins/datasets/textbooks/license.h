#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace folio::textbooks {

/// Where the book stands in a file of Project Gutenberg's, which has a licence before and after it.
struct Body {
  std::size_t begin = 0;  ///< offset in bytes
  std::size_t end = 0;
  bool marked = false;  ///< the file has at least one of the marks
  std::string note;     ///< what is odd about the marks, for a person; empty where nothing is
};

/// Finds the book between the two lines
///
///   *** START OF THIS PROJECT GUTENBERG EBOOK ROMEO AND JULIET ***
///   *** END OF THIS PROJECT GUTENBERG EBOOK ROMEO AND JULIET ***
///
/// It begins after the first one's line end and ends right before the second. Editions from before 2003 have instead,
/// before the book, a "small print" that ends with a line beginning `*END*THE SMALL PRINT`, and nothing after it. A
/// mark counts only at the start of a line. A text without marks is the book, all of it.
class BodyFinder {
 public:
  /// `text` is the whole text each time.
  explicit BodyFinder(std::string_view text) : text_(text) {}

  /// Looks for marks that begin before `end` and were not looked for yet.
  void look_until(std::size_t end);

  /// After all of the text was looked through.
  Body body() const;

 private:
  struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< after its line end
  };

  void take_mark(std::size_t begin, std::size_t words);

  std::string_view text_;
  std::size_t looked_ = 0;
  std::optional<Line> start_, small_print_;
  std::optional<Line> end_, end_after_small_print_, end_after_start_;  ///< the first of each
  bool several_ = false;  ///< another book begins after the first one's end
};

/// The same for a text that is looked through at once.
Body find_body(std::string_view text);

}  // namespace folio::textbooks
