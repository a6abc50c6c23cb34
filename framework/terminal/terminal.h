#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// Whether the descriptor is a terminal that can move its cursor (TERM is not "dumb").
bool is_terminal(int fd);

/// Whether to colour what goes to the descriptor: a terminal, and NO_COLOR is not set.
bool use_colour(int fd);

/// Columns to write for: those of the terminal, or COLUMNS where it is set, at least 20; 80 where there is no terminal
/// or it does not say.
int terminal_width(int fd);

/// Rows of the descriptor's terminal; 24 where there is none or it does not say.
int terminal_height(int fd);

/// Columns that a table must keep to: terminal_width() of a terminal; 0, none, of what is read by a program.
int table_width(int fd);

/// Columns that UTF-8 text takes on a terminal, as SafeOutput lets it through: wide characters two, combining ones
/// none, hidden ones and what is not UTF-8 one each. Colours take none. Of what terminals show in different widths it
/// is the widest.
int display_width(std::string_view text);

/// The text without what terminals show in different widths: selectors of how an emoji is drawn, and skin tones.
std::string of_even_width(std::string_view text);

/// The text's beginning with "…" behind it, `width` columns at most; all of it where that fits. Colours end as they
/// would have.
std::string cut_to_width(std::string_view text, int width);

/// The text's words in lines of at most `width` columns; a longer word stands in a line of its own.
std::vector<std::string> wrapped_lines(std::string_view text, int width);

/// The same in lines that are never wider: a longer word goes on in the next line.
std::vector<std::string> broken_lines(std::string_view text, int width);

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
