#pragma once

#include <string>
#include <string_view>

#include "terminal/palette.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio {

/// Text in lines of at most `width` columns, each behind as many blanks as `indent` says. A word that is longer stands
/// in a line of its own.
std::string wrapped(std::string_view text, int indent, int width);

/// Lines of which those that are wider than `width` are wrapped, each to its own indent; 0 is any width.
std::string fitted_lines(std::string_view lines, int width);

/// A page for a person to read, for the terminal or in GitHub's Markdown; another form derives from it.
class Page {
 public:
  enum class Form { terminal, markdown, html };

  /// `width` columns at most, as far as tables and drawings allow. Markdown is never painted and never wrapped.
  Page(Form form, Paint paint, int width);
  virtual ~Page() = default;

  const Paint& paint() const { return paint_; }
  const Palette& palette() const { return palette_; }  ///< of drawings
  int width() const { return width_; }

  /// For standard output: as wide as its terminal, `widest` columns at most. What a program reads is not made to fit.
  static Page for_output(Form form = Form::terminal, int widest = 100);

  /// A heading, and behind it, in the same line, what answers it.
  virtual void heading(std::string_view title, std::string_view answer = "");

  /// A line that is not wrapped, but where a terminal is too narrow for it.
  virtual void line(std::string_view text);

  /// Nothing where the text is empty.
  virtual void paragraph(std::string_view text);

  /// A word (painted where `painted_word` is) that says what was found, what was found, and what that means.
  virtual void finding(const std::string& painted_word, const std::string& found, const std::string& meaning = "");

  virtual void table(const Table& table);

  /// Lines to be kept as they are.
  virtual void drawing(std::string_view lines);

  const std::string& text() const { return text_; }

 private:
  bool markdown() const { return form_ == Form::markdown; }
  /// The line, wrapped where the page has to fit.
  std::string fitting(const std::string& line) const;

  Form form_;
  Paint paint_;
  Palette palette_;
  int width_;
  bool fits_ = false;  ///< nothing is wider than width_
  std::string text_;
};

}  // namespace folio
