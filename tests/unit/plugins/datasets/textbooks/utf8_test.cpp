#include "support/utf8.h"

#include <catch2/catch.hpp>
#include <string>

namespace folio {
namespace {

std::string encoded(std::uint32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

TEST_CASE("UTF-8 check accepts every code point but the surrogates, and none above U+10FFFF") {
  int accepted = 0;
  for (std::uint32_t c = 0; c < 0x120000; ++c) accepted += !first_invalid_utf8(encoded(c));
  CHECK(accepted == 0x110000 - 0x800);
  CHECK(first_invalid_utf8("\xED\xA0\x80") == 0u);
  CHECK(first_invalid_utf8("\xF4\x90\x80\x80") == 0u);
}

TEST_CASE("UTF-8 check accepts zero bytes and an empty text") {
  CHECK_FALSE(first_invalid_utf8(""));
  CHECK_FALSE(first_invalid_utf8(std::string("a\0b\0", 4)));
}

TEST_CASE("UTF-8 check names the first byte of the sequence that is wrong, wherever it stands") {
  for (const std::string& bad : {std::string("\xFF"), std::string("\x80"), std::string("\xC0\xAF"),
                                 std::string("\xE0\x80\x80"), std::string("\xF0\x80\x80\x80"), std::string("\xE2\x82"),
                                 std::string("\xE2\x28\xA1"), std::string("\xF1\x80\x80"), std::string("\xC3")}) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string good = std::string(before / 2, 'a') + (before % 2 ? "\xC3\xA9" : "");
      CHECK(first_invalid_utf8(good + bad) == good.size());
      CHECK(first_invalid_utf8(good + bad + "abcdefghij") == good.size());
    }
  }
}

}  // namespace
}  // namespace folio
