#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// GPT-2's alphabet: one printable character for each byte, in which byte-level vocabularies are written down. Bytes
/// that are printable in Latin-1 stand for themselves; the other 68 are U+0100 and up, in their order (the space is
/// 'Ġ').
namespace folio {

inline constexpr std::array<char32_t, 256> kByteAlphabet = [] {
  std::array<char32_t, 256> alphabet{};
  char32_t next = 256;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    alphabet[byte] = printable ? byte : next++;
  }
  return alphabet;
}();

/// The bytes written in the alphabet, as UTF-8.
std::string to_byte_alphabet(std::string_view bytes);

/// The bytes that a token stands for; none where it has a character that is not of the alphabet.
std::optional<std::string> from_byte_alphabet(std::string_view token);

}  // namespace folio
