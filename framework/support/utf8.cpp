#include "support/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

namespace folio {
namespace {

/// decode_beyond_ascii(), here so that the loops of this file take it in.
inline DecodedCodePoint decode(std::string_view text, std::size_t at) {
  const char* const bytes = text.data() + at;
  const std::size_t left = text.size() - at;
  const auto tail = [&](std::size_t i) -> char32_t { return static_cast<std::uint8_t>(bytes[i]) & 0x3Fu; };
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  if (lead < 0xC2 || lead > 0xF4 || left < 2) return {};
  if (lead < 0xE0) {
    if (!is_continuation_byte(bytes[1])) return {};
    return {(lead & 0x1Fu) << 6 | tail(1), 2, true};
  }
  // The second byte's range excludes overlong forms (E0, F0), surrogates (ED) and what lies above U+10FFFF (F4).
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return {};
  if (left < 3 || !is_continuation_byte(bytes[2])) return {kReplacementCharacter, 2, false};
  if (lead < 0xF0) return {(lead & 0x0Fu) << 12 | tail(1) << 6 | tail(2), 3, true};
  if (left < 4 || !is_continuation_byte(bytes[3])) return {kReplacementCharacter, 3, false};
  return {(lead & 0x07u) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4, true};
}

/// How many bytes from `at` on are ASCII, in steps of eight.
std::size_t ascii_words(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const std::size_t begin = at;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (word & kHighBits) break;
  }
  return at - begin;
}

}  // namespace

DecodedCodePoint decode_beyond_ascii(std::string_view text, std::size_t at) { return decode(text, at); }

void append_utf8(std::string& text, char32_t code_point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80u | (code_point >> shift & 0x3Fu)); };
  if (code_point < 0x80)
    text.push_back(static_cast<char>(code_point));
  else if (code_point < 0x800)
    text.append({static_cast<char>(0xC0u | code_point >> 6), tail(0)});
  else if (code_point < 0x10000)
    text.append({static_cast<char>(0xE0u | code_point >> 12), tail(6), tail(0)});
  else
    text.append({static_cast<char>(0xF0u | code_point >> 18), tail(12), tail(6), tail(0)});
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_words(text, at);
    // Through the word that stopped the fast path, and on while text stays outside ASCII.
    while (at < text.size()) {
      if (static_cast<std::uint8_t>(text[at]) < 0x80) {
        ++at;
        break;
      }
      const DecodedCodePoint decoded = decode(text, at);
      if (!decoded.valid) return at;
      at += decoded.length;
    }
  }
  return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::size_t at = 0;
  while (const auto offset = first_invalid_utf8(text.substr(at))) {
    result.append(text, at, *offset);
    append_utf8(result, kReplacementCharacter);
    at += *offset;
    at += decode_code_point(text, at).length;
  }
  result.append(text, at);
  return result;
}

bool is_hidden(char32_t point) {
  static constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E},  {0x200B, 0x200F},
      {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [&](const auto& range) { return point >= range.first && point <= range.second; });
}

std::string without_controls(std::string_view text, bool keep_lines) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCodePoint point = decode_code_point(text, at);
    const bool blank = point.value == '\n' || point.value == '\r' || point.value == '\t';
    const bool before_line_end = text.substr(at).starts_with("\r\n");
    if (blank)
      result += !keep_lines || (point.value == '\r' && !before_line_end) ? " "
                : before_line_end                                        ? ""
                                                                         : text.substr(at, 1);
    else
      append_utf8(result, is_hidden(point.value) ? kReplacementCharacter : point.value);
    at += point.length;
  }
  return result;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::string one_message(std::string_view text) {
  std::string result;
  std::string rest = without_controls(text, /*keep_lines=*/true);
  for (std::size_t begin = 0; begin <= rest.size();) {
    const std::size_t end = std::min(rest.find('\n', begin), rest.size());
    const std::string_view line = std::string_view(rest).substr(begin, end - begin);
    if (begin > 0) result += '\n';
    for (const std::string_view word : {"error:", "warning:", "note:"})
      if (begin > 0 && line.starts_with(word)) result += "  ";
    result += line;
    begin = end + 1;
  }
  return result;
}

std::string escape_hidden(std::string json) {
  std::string result;
  std::size_t copied = 0;
  const auto escape = [&](std::uint32_t unit) {
    static constexpr char kDigits[] = "0123456789abcdef";
    result += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) result += kDigits[unit >> shift & 0xF];
  };
  for (std::size_t at = 0; at < json.size();) {
    const DecodedCodePoint point = decode_code_point(json, at);
    const std::size_t next = at + point.length;
    // Blanks between the values are the writer's own: in a string they are escaped already.
    if (point.value >= 0x20 && is_hidden(point.value)) {
      result.append(json, copied, at - copied);
      if (point.value >= 0x10000) escape(0xD800 + ((point.value - 0x10000) >> 10));
      escape(point.value >= 0x10000 ? 0xDC00 + ((point.value - 0x10000) & 0x3FF) : point.value);
      copied = next;
    }
    at = next;
  }
  if (copied == 0) return json;
  return result.append(json, copied);
}

}  // namespace folio
