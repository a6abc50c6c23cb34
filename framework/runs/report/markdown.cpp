#include "runs/report/markdown.h"

#include <cctype>

#include "support/utf8.h"

namespace folio::runs {
namespace {

/// Whether the mark at text[at] could make something of the text, though it mostly stands there as itself.
bool means_something(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at), after = text.substr(at + 1);
  const bool ends_word = after.empty() || after.starts_with(' ');
  switch (text[at]) {
    case '-':
    case '+':
    case '=':  // lists, rules and underlined headings
      return before.find_first_not_of(" -+=") == before.npos;
    case '.':
    case ')':  // numbered lists; www.
      return (ends_word && before.find_first_not_of(" 0123456789") == before.npos) ||
             (before.size() >= 3 && std::tolower(static_cast<unsigned char>(before.back())) == 'w');
    case ':':  // addresses, which some readers make links of
      return after.starts_with('/');
    default:
      return false;
  }
}

}  // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_{}[]#~$@";
  const std::string line = without_controls(text);
  std::string escaped;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += (kMarks.find(c) != kMarks.npos || means_something(line, i) ? "\\" : "") + std::string(1, c);
  }
  return escaped;
}

}  // namespace folio::runs
