#include "text/utf8.h"

#include <cstdint>
#include <optional>

#include "support/utf8.h"

namespace folio {
namespace {

/// What the first byte of a character says: how many bytes follow, and what the second one may be.
struct Lead {
  int following = -1;  ///< -1: no character begins with this byte
  std::uint8_t second_low = 0x80;
  std::uint8_t second_high = 0xBF;
};

constexpr Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {0};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {1};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte < 0xF0) return {2};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte < 0xF4) return {3};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

}  // namespace

DecodedCodePoint decode_code_point(std::string_view text, std::size_t at) {
  const auto first = static_cast<std::uint8_t>(text[at]);
  const Lead lead = lead_of(first);
  if (lead.following < 0) return {};
  if (lead.following == 0) return {first, 1, true};
  char32_t value = first & (0x3Fu >> lead.following);
  std::size_t length = 1;
  for (; length <= static_cast<std::size_t>(lead.following); ++length) {
    if (at + length == text.size()) return {kReplacementCharacter, length, false};
    const auto byte = static_cast<std::uint8_t>(text[at + length]);
    const bool fits = length == 1 ? byte >= lead.second_low && byte <= lead.second_high : (byte & 0xC0) == 0x80;
    if (!fits) return {kReplacementCharacter, length, false};
    value = value << 6 | (byte & 0x3Fu);
  }
  return {value, length, true};
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

void append_utf8(std::string& text, char32_t code_point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80u | (code_point >> shift & 0x3Fu)); };
  if (code_point < 0x80) {
    text.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    text.append({static_cast<char>(0xC0u | code_point >> 6), tail(0)});
  } else if (code_point < 0x10000) {
    text.append({static_cast<char>(0xE0u | code_point >> 12), tail(6), tail(0)});
  } else {
    text.append({static_cast<char>(0xF0u | code_point >> 18), tail(12), tail(6), tail(0)});
  }
}

}  // namespace folio
