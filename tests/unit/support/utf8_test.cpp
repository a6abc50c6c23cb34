#include "support/utf8.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/sha256.h"

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

std::string utf8_of(char32_t c) {
  std::string text;
  append_utf8(text, c);
  return text;
}

}  // namespace

TEST_CASE("bytes that are not UTF-8 are found and replaced where Python does") {
  Sha256 digest;
  for (int length = 1; length <= 4; ++length) judge("", length, digest);
  // From tests/reference/utf8_reference.py.
  CHECK(digest.hex_digest() == "deb830bc213e352ccf722633d34fa9c1914bf26d481ca60298cfff2b15ded3f7");
}

TEST_CASE("UTF-8 check accepts every code point but the surrogates, and none above U+10FFFF") {
  int accepted = 0;
  for (char32_t c = 0; c < 0x120000; ++c) accepted += !first_invalid_utf8(utf8_of(c));
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

TEST_CASE("every code point comes back from the UTF-8 it was written as") {
  int back = 0;
  for (char32_t c = 0; c < kCodePoints; ++c) {
    const std::string text = "x" + utf8_of(c);
    const DecodedCodePoint decoded = decode_code_point(text, 1);
    back += decoded.valid && decoded.value == c && decoded.length == text.size() - 1;
  }
  CHECK(back == 0x110000 - 0x800);  // the surrogates are none
}

TEST_CASE("a byte is a continuation byte where it begins no character and is no ASCII") {
  int bytes = 0;
  for (int byte = 0; byte < 256; ++byte) bytes += is_continuation_byte(static_cast<char>(byte));
  CHECK(bytes == 64);
  for (const char byte : {'\x80', '\xBF'}) CHECK(is_continuation_byte(byte));
}

TEST_CASE("without controls a text is one line that a terminal takes for text alone") {
  CHECK(without_controls("a\nb\tc\r\x1b[31m\x7f") == "a b c \uFFFD[31m\uFFFD");
  CHECK(without_controls("a\nb\tc\x1b", /*keep_lines=*/true) == "a\nb\tc\uFFFD");
  CHECK(without_controls("a\r\nb", /*keep_lines=*/true) == "a\nb");
  CHECK(without_controls("a\u202eb\u2066\u200f\u061c\u200b\ufeff") == "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(without_controls("\u009b1m\xff\u00e9\u4e2d") == "\uFFFD1m\uFFFD\u00e9\u4e2d");  // C1 has a CSI of its own
  CHECK(without_controls(std::string_view("\0x", 2)) == "\uFFFDx");
}

TEST_CASE("JSON shows its hidden characters as escapes and means the same") {
  CHECK(escape_hidden("{\n  \"a\": \"\u00e9\u4e2d\"\n}") == "{\n  \"a\": \"\u00e9\u4e2d\"\n}");
  CHECK(escape_hidden("\"a\u202eb\x7f\u009b\"") == "\"a\\u202eb\\u007f\\u009b\"");
  CHECK(escape_hidden("\"\U000e0041x\"") == "\"\\udb40\\udc41x\"");
}

TEST_CASE("no line of a message begins as another message does") {
  CHECK(one_message("a.so: is damaged\nSee runner --help.") == "a.so: is damaged\nSee runner --help.");
  CHECK(one_message("z\nerror: FAKE.so: is damaged") == "z\n  error: FAKE.so: is damaged");
  CHECK(one_message("z\r\nwarning: a\nnote: b\n") == "z\n  warning: a\n  note: b\n");
  CHECK(one_message("error: a\x1b") == "error: a\uFFFD");
  CHECK(one_message("").empty());
}

TEST_CASE("control characters of ASCII are known") {
  for (const char* text : {"a\nb", "\t", "a\r", "\x1b[m", "\x7f"}) CHECK(has_control_characters(text));
  for (const char* text : {"", "two words", "Romeo é.txt", "\xff"}) CHECK_FALSE(has_control_characters(text));
}
