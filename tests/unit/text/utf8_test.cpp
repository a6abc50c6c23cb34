#include "text/utf8.h"

#include <catch2/catch.hpp>

#include "support/sha256.h"
#include "support/utf8.h"

using namespace folio;

namespace {

constexpr unsigned char kBytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                    0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};

/// Adds each string of `length` bytes that begins with `prefix`, with its results.
void judge(const std::string& prefix, int length, Sha256& digest) {
  if (length > 0) {
    for (const unsigned char byte : kBytes) judge(prefix + static_cast<char>(byte), length - 1, digest);
    return;
  }
  const auto invalid = first_invalid_utf8(prefix);
  digest.update((invalid ? std::to_string(*invalid) : "-1") + " " + replace_invalid_utf8(prefix) + "\n");
}

}  // namespace

TEST_CASE("bytes that are not UTF-8 are found and replaced where Python does") {
  Sha256 digest;
  for (int length = 1; length <= 4; ++length) judge("", length, digest);
  // From tests/reference/utf8_reference.py.
  CHECK(digest.hex_digest() == "deb830bc213e352ccf722633d34fa9c1914bf26d481ca60298cfff2b15ded3f7");
}

TEST_CASE("the offset of the first wrong byte counts from the text's beginning") {
  CHECK_FALSE(first_invalid_utf8(""));
  CHECK_FALSE(first_invalid_utf8("sixteen bytes of ASCII, and more of it, é, 😀"));
  CHECK(first_invalid_utf8("sixteen bytes of ASCII, é\xFF") == 26);
  CHECK(first_invalid_utf8("0123456\xC3") == 7);
  CHECK(first_invalid_utf8("\xE2\x82") == 0);
}

TEST_CASE("a code point comes back from the UTF-8 it was written as") {
  for (const char32_t c : {0x0u, 0x7Fu, 0x80u, 0x7FFu, 0x800u, 0xFFFFu, 0x10000u, 0x10FFFFu}) {
    std::string text = "x";
    append_utf8(text, c);
    const DecodedCodePoint decoded = decode_code_point(text, 1);
    CHECK(decoded.valid);
    CHECK(decoded.value == c);
    CHECK(decoded.length == text.size() - 1);
  }
}
