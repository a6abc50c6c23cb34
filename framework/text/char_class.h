#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace folio {

/// What the splitting patterns of byte-level tokenizers ask of a character: \p{L}, \p{N}, \s, or none of them. No
/// character is in two.
enum class CharClass : std::uint8_t { other, letter, number, space };

inline constexpr std::array<CharClass, 128> kAsciiClasses = [] {
  std::array<CharClass, 128> classes{};
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = CharClass::letter;
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = CharClass::number;
  for (const std::size_t c : {'\t', '\n', '\v', '\f', '\r', ' '}) classes[c] = CharClass::space;
  return classes;
}();

/// The class of any code point up to U+10FFFF, as the regular expressions of Hugging Face's tokenizers have it
/// (Unicode 16, see char_class_exceptions.h), whatever version ICU has.
CharClass char_class(char32_t code_point);

}  // namespace folio
