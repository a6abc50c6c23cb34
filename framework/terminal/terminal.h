#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// Whether the descriptor is a terminal that can move its cursor (TERM is not "dumb").
bool is_terminal(int fd);

/// Whether to colour what goes to the descriptor: a terminal, and NO_COLOR is not set.
bool use_colour(int fd);

/// Columns of the terminal; 80 where there is none or it does not say.
int terminal_width(int fd);

/// Columns that UTF-8 text takes; bytes that are not UTF-8 count one each. Escape sequences count nothing.
int display_width(std::string_view text);

/// The text's words in lines of at most `width` columns; a longer word stands in a line of its own.
std::vector<std::string> wrapped_lines(std::string_view text, int width);

/// Paints text when `enabled`, else gives it back as it is.
class Paint {
 public:
  explicit Paint(bool enabled) : enabled_(enabled) {}

  bool enabled() const { return enabled_; }

  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string dim(std::string_view text) const { return wrap("2", text); }
  std::string red(std::string_view text) const { return wrap("31", text); }
  std::string green(std::string_view text) const { return wrap("32", text); }
  std::string yellow(std::string_view text) const { return wrap("33", text); }
  std::string cyan(std::string_view text) const { return wrap("36", text); }

 private:
  std::string wrap(const char* code, std::string_view text) const;
  bool enabled_;
};

}  // namespace folio
