#include "terminal/page.h"

#include <unistd.h>

#include <algorithm>

namespace folio {
namespace {

constexpr int kIndent = 2;
constexpr int kWordColumns = 9;  ///< the room of a finding's word

std::string indented(std::string_view lines, int indent) {
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    if (end > begin) result += std::string(static_cast<std::size_t>(indent), ' ');
    result += std::string(lines.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return result;
}

}  // namespace

std::string wrapped(std::string_view text, int indent, int width) {
  std::string result;
  for (const std::string& line : wrapped_lines(text, width - indent))
    result += std::string(static_cast<std::size_t>(indent), ' ') + line + "\n";
  return result;
}

std::string fitted_lines(std::string_view lines, int width) {
  std::string result;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    const std::string_view line = lines.substr(begin, end - begin);
    const std::size_t indent = line.find_first_not_of(' ');
    const bool wide = width > 0 && indent < static_cast<std::size_t>(width) && display_width(line) > width;
    result += wide ? wrapped(line, static_cast<int>(indent), width) : std::string(line) + "\n";
    begin = end + 1;
  }
  if (!lines.empty() && lines.back() != '\n') result.pop_back();
  return result;
}

Page::Page(Form form, Paint paint, int width)
    : form_(form),
      paint_(form == Form::markdown ? Paint(false) : paint),
      palette_(paint_.enabled() ? Palette::Colours::six : Palette::Colours::none),
      width_(width) {}

Page Page::for_output(Form form, int widest) {
  Page page(form, Paint(use_colour(STDOUT_FILENO)), std::min(terminal_width(STDOUT_FILENO), widest));
  if (form == Form::terminal) page.palette_ = Palette::for_output(STDOUT_FILENO);
  page.fits_ = form == Form::terminal && table_width(STDOUT_FILENO) > 0;
  return page;
}

std::string Page::fitting(const std::string& line) const { return fitted_lines(line + "\n", fits_ ? width_ : 0); }

void Page::heading(std::string_view title, std::string_view answer) {
  const std::string rest = answer.empty() ? "" : " " + std::string(answer);
  if (!text_.empty()) text_ += "\n";
  text_ += markdown() ? "## " + std::string(title) + "\n\n" + (answer.empty() ? "" : std::string(answer) + "\n\n")
                      : fitting(paint_.bold(title) + rest);
}

void Page::line(std::string_view text) {
  text_ += markdown() ? std::string(text) + "  \n" : fitting(std::string(text));
}

void Page::paragraph(std::string_view text) {
  if (text.empty()) return;
  text_ += markdown() ? "\n" + std::string(text) + "\n" : wrapped(text, kIndent, width_);
}

void Page::finding(const std::string& painted_word, const std::string& found, const std::string& meaning) {
  if (markdown()) {
    text_ += "- **" + painted_word + "** " + found + (meaning.empty() ? "" : ". " + meaning) + "\n";
    return;
  }
  std::string lines = wrapped(found, kIndent + kWordColumns, width_);
  const auto word_width = static_cast<std::size_t>(display_width(painted_word));
  lines.replace(0, std::min<std::size_t>(lines.size(), kIndent + word_width), std::string(kIndent, ' ') + painted_word);
  text_ += lines + wrapped(meaning, kIndent + kWordColumns, width_);
}

void Page::table(const Table& table) {
  if (table.empty()) return;
  text_ += markdown() ? "\n" + table.to_markdown() + "\n"
                      : indented(fits_ ? table.fitted(width_ - kIndent) : table.to_text(width_ - kIndent), kIndent);
}

void Page::drawing(std::string_view lines) {
  text_ += markdown() ? "\n```\n" + std::string(lines) + "```\n" : indented(lines, kIndent);
}

}  // namespace folio
