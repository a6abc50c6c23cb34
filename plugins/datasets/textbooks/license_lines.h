#pragma once

#include <string_view>

namespace folio::textbooks {

/// What a line of Project Gutenberg's marks.
enum class LicenseLine {
  none,
  book_start,
  book_end,
  licence_start,  ///< of the full licence, or of the small print
  small_print_end,
};

/// `line` is one line without its line end and the blanks around it, or the few that it goes on over.
LicenseLine license_line(std::string_view line);

}  // namespace folio::textbooks
