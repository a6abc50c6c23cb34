#include "cli/view/token_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

constexpr const char* kLineEnd = "↵";
constexpr const char* kCarriageReturn = "␍";
constexpr const char* kTab = "⇥";

/// Backgrounds of the 256 colours: light ones, with black letters on them, so that they are readable on any terminal.
constexpr std::array kBackgrounds{153, 223, 194, 189};
constexpr int kSpecialBackground = 183;
constexpr int kUnknownBackground = 210;
constexpr int kScoredBackground = 120;

std::string painted(std::string_view text, int background) {
  return text.empty() ? "" : fmt::format("\x1b[38;5;16;48;5;{}m{}\x1b[0m", background, text);
}

int background_of(const ShownToken& token, std::int64_t index) {
  if (token.kind == ShownToken::Kind::special) return kSpecialBackground;
  if (token.kind == ShownToken::Kind::unknown) return kUnknownBackground;
  if (token.kind == ShownToken::Kind::scored) return kScoredBackground;
  return kBackgrounds[static_cast<std::size_t>(index) % kBackgrounds.size()];
}

/// The text on one line: line ends, tabs and other hidden characters made visible.
std::string visible(std::string_view text, const char* blank) {
  std::string result;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const DecodedCodePoint point = decode_code_point(text, at);
    length = point.length;
    if (point.value == ' ')
      result += blank;
    else if (point.value == '\n')
      result += kLineEnd;
    else if (point.value == '\r')
      result += kCarriageReturn;
    else if (point.value == '\t')
      result += kTab;
    else if (point.value < 0x80 && is_hidden(point.value))
      result += fmt::format("<0x{:02X}>", static_cast<unsigned>(point.value));
    else if (is_hidden(point.value))
      result += fmt::format("<U+{:04X}>", static_cast<unsigned>(point.value));
    else
      append_utf8(result, point.value);
  }
  return result;
}

std::string padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' ');
}

}  // namespace

ShownToken shown_token(const nlohmann::json& json) {
  ShownToken token{json.at(0), json.at(1), ShownToken::Kind::text};
  if (json.size() > 2) token.kind = json[2] == "unknown" ? ShownToken::Kind::unknown : ShownToken::Kind::special;
  return token;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (end < text.size() && line.ends_with('\r')) line.remove_suffix(1);
    result += visible(line, " ");
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

std::string TokenFlow::between() const { return colour_ || count_ == 0 ? "" : "│"; }

std::string TokenFlow::add(const ShownToken& token) {
  std::string result = between();
  const int background = background_of(token, count_++);
  std::string_view rest = token.text;
  while (!rest.empty()) {
    const std::size_t line_end = rest.find('\n');
    at_line_start_ = line_end != std::string_view::npos;
    const std::string line = visible(rest.substr(0, at_line_start_ ? line_end + 1 : rest.size()), " ");
    result += colour_ ? painted(line, background) : line;
    if (at_line_start_) result += '\n';
    rest.remove_prefix(at_line_start_ ? line_end + 1 : rest.size());
  }
  return result;
}

std::string TokenFlow::finish() { return std::exchange(at_line_start_, true) ? "" : "\n"; }

std::string TokenGrid::add(const ShownToken& token) {
  const std::string text = visible(token.text, "·");
  const std::string id = std::to_string(token.id);
  const int width = std::max(display_width(text), display_width(id));
  std::string complete;
  if (used_ > 0 && used_ + 2 + width > width_) complete = finish() + "\n";
  if (used_ > 0) {
    tokens_ += "  ";
    ids_ += "  ";
    used_ += 2;
  }
  const int background = background_of(token, count_++);
  tokens_ += padded(colour_ ? painted(text, background) : text, width);
  ids_ += padded(Paint(colour_).dim(id), width);
  used_ += width;
  return complete;
}

std::string TokenGrid::finish() {
  if (used_ == 0) return "";
  const auto trimmed = [](std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  const std::string lines = trimmed(std::exchange(tokens_, {})) + "\n" + trimmed(std::exchange(ids_, {})) + "\n";
  used_ = 0;
  return lines;
}

}  // namespace folio::cli
