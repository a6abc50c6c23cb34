#pragma once

#include <cstddef>
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
Body find_body(std::string_view text);

}  // namespace folio::textbooks
