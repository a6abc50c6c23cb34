#include "jsonl/json_text.h"

#include <optional>

#include "jsonl/json_scanner.h"
#include "support/utf8.h"

namespace folio::jsonl {
namespace {

constexpr std::size_t kUnicodeEscapeSize = 6;  // \uXXXX

/// The code unit of the escape \uXXXX at `at`; none where none stands there.
std::optional<char32_t> escaped_unit(std::string_view raw, std::size_t at) {
  if (at > raw.size() || raw.substr(at, 2) != "\\u") return std::nullopt;
  char32_t unit = 0;
  for (const char c : raw.substr(at + 2, 4))
    unit = unit * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  return unit;
}

bool is_high(std::optional<char32_t> unit) { return unit && *unit >= 0xD800 && *unit <= 0xDBFF; }
bool is_low(std::optional<char32_t> unit) { return unit && *unit >= 0xDC00 && *unit <= 0xDFFF; }

char plain_escape(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // a quote, a slash or a backslash
  }
}

}  // namespace

void append_unescaped(std::string_view raw, bool replace, std::string& out) {
  std::size_t at = 0;
  for (std::size_t next = raw.find('\\'); next != raw.npos; next = raw.find('\\', at)) {
    out.append(raw, at, next - at);
    const auto unit = escaped_unit(raw, next);
    if (!unit) {
      out.push_back(plain_escape(raw[next + 1]));
      at = next + 2;
      continue;
    }
    at = next + kUnicodeEscapeSize;
    const auto low = escaped_unit(raw, at);
    if (is_high(unit) && is_low(low)) {
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      at += kUnicodeEscapeSize;
    } else if (is_high(unit) || is_low(unit)) {
      if (!replace) {
        throw JsonProblem(next,
                          "expected a character, got half of a surrogate pair; errors: replace puts U+FFFD there");
      }
      append_utf8(out, kReplacementCharacter);
    } else {
      append_utf8(out, *unit);
    }
  }
  out.append(raw, at);
}

}  // namespace folio::jsonl
