#include "text/byte_alphabet.h"

#include <algorithm>
#include <cstdint>

#include "support/utf8.h"

namespace folio {
namespace {

constexpr std::size_t kLargestCharacter = *std::max_element(kByteAlphabet.begin(), kByteAlphabet.end());

/// The byte of each character, -1 for those that are none.
constexpr std::array<std::int16_t, kLargestCharacter + 1> kBytes = [] {
  std::array<std::int16_t, kLargestCharacter + 1> bytes{};
  bytes.fill(-1);
  for (std::size_t byte = 0; byte < kByteAlphabet.size(); ++byte)
    bytes[kByteAlphabet[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}();

}  // namespace

std::string to_byte_alphabet(std::string_view bytes) {
  std::string token;
  token.reserve(bytes.size() * 2);
  for (const char byte : bytes) append_utf8(token, kByteAlphabet[static_cast<unsigned char>(byte)]);
  return token;
}

std::optional<std::string> from_byte_alphabet(std::string_view token) {
  std::string bytes;
  bytes.reserve(token.size());
  for (std::size_t at = 0; at < token.size();) {
    const DecodedCodePoint decoded = decode_code_point(token, at);
    if (decoded.value > kLargestCharacter || kBytes[decoded.value] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(kBytes[decoded.value]));
    at += decoded.length;
  }
  return bytes;
}

}  // namespace folio
