#include "terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <sstream>

#include "support/utf8.h"

namespace folio {
namespace {

/// The C library's table of widths, which it takes from Unicode's East_Asian_Width and general categories.
class WidthTable {
 public:
  WidthTable() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(utf8_ ? ::uselocale(utf8_) : nullptr) {}
  ~WidthTable() {
    if (!utf8_) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  WidthTable(const WidthTable&) = delete;
  WidthTable& operator=(const WidthTable&) = delete;

  int width_of(char32_t point) const {
    if (point < 0x80 || is_hidden(point)) return 1;
    const int width = ::wcwidth(static_cast<wchar_t>(point));
    return width < 0 ? 1 : width;
  }

 private:
  locale_t utf8_, before_;
};

/// Bytes of the colour that text[at] begins; 0 where it begins none.
std::size_t colour_length(std::string_view text, std::size_t at) {
  if (text[at] != '\x1b') return 0;
  const std::size_t end = text.find('m', at);
  return end == std::string_view::npos ? text.size() - at : end + 1 - at;
}

/// A piece of a text: a colour or a character.
struct Piece {
  std::size_t length;
  int columns;
};

/// The pieces of one text, from its begin on.
class Pieces {
 public:
  Piece at(std::string_view text, std::size_t place) {
    if (const std::size_t colour = colour_length(text, place); colour > 0) return {colour, 0};
    const DecodedCodePoint point = decode_code_point(text, place);
    // Behind a sign that is text and may be an emoji, such as the heart: half of the terminals then make it wide.
    constexpr char32_t kAsEmoji = 0xFE0F;
    const int columns = point.value == kAsEmoji && narrow_ ? 1 : table_.width_of(point.value);
    narrow_ = columns == 1 && point.value != kAsEmoji;
    return {point.length, columns};
  }

 private:
  const WidthTable table_;
  bool narrow_ = false;
};

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool is_terminal(int fd) {
  const char* term = std::getenv("TERM");
  return ::isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

bool use_colour(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(fd) && (no_color == nullptr || *no_color == '\0');
}

int terminal_width(int fd) {
  constexpr int kLeast = 20, kElsewhere = 80;
  if (::isatty(fd) != 1) return kElsewhere;
  if (const char* columns = std::getenv("COLUMNS")) {
    int given = 0;
    const char* const end = columns + std::strlen(columns);
    const auto [stop, error] = std::from_chars(columns, end, given);
    if (error == std::errc() && stop == end && given > 0) return std::max(given, kLeast);
  }
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<int>(size.ws_col, kLeast);
  return kElsewhere;
}

int terminal_height(int fd) {
  constexpr int kElsewhere = 24;
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : kElsewhere;
}

int table_width(int fd) { return ::isatty(fd) == 1 ? terminal_width(fd) : 0; }

int display_width(std::string_view text) {
  const bool simple = is_ascii(text) && text.find('\x1b') == std::string_view::npos;
  if (simple) return static_cast<int>(text.size());
  Pieces pieces;
  int width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Piece piece = pieces.at(text, i);
    width += piece.columns;
    i += piece.length;
  }
  return width;
}

std::string of_even_width(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCodePoint point = decode_code_point(text, i);
    const bool selector = point.value >= 0xFE00 && point.value <= 0xFE0F;
    const bool skin_tone = point.value >= 0x1F3FB && point.value <= 0x1F3FF;
    if (!selector && !skin_tone) result += text.substr(i, point.length);
    i += point.length;
  }
  return result;
}

std::string cut_to_width(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  Pieces pieces;
  std::string result;
  int left = width - 1;
  for (std::size_t i = 0; i < text.size();) {
    const bool colour = colour_length(text, i) > 0;
    const Piece piece = pieces.at(text, i);
    if (left >= 0 || colour) {
      left -= piece.columns;
      result += left >= 0 || colour ? text.substr(i, piece.length) : "…";
    }
    i += piece.length;
  }
  return result;
}

std::vector<std::string> wrapped_lines(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;)
    if (lines.empty() || display_width(lines.back()) + 1 + display_width(word) > width)
      lines.push_back(word);
    else
      lines.back() += " " + word;
  return lines;
}

std::vector<std::string> broken_lines(std::string_view text, int width) {
  std::vector<std::string> lines;
  for (const std::string& line : wrapped_lines(text, width)) {
    lines.emplace_back();
    Pieces pieces;
    int used = 0;
    for (std::size_t i = 0; i < line.size();) {
      const Piece piece = pieces.at(line, i);
      if (used > 0 && used + piece.columns > width) {
        lines.emplace_back();
        used = 0;
      }
      lines.back().append(line, i, piece.length);
      used += piece.columns;
      i += piece.length;
    }
  }
  return lines;
}

std::string Paint::wrap(const char* code, std::string_view text) const {
  if (!enabled_) return std::string(text);
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace folio
