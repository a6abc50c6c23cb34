#include "text/char_class.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/sha256.h"

using namespace folio;

TEST_CASE("every code point has the class that Hugging Face's tokenizers gives it") {
  std::string classes;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;  // surrogates are no characters
    classes.push_back(".LNS"[static_cast<int>(char_class(c))]);
  }
  // From tests/reference/char_classes.py, which also writes the table to mend where ICU has moved on.
  CHECK(sha256_hex(classes) == "d1612ea896789ce8d19e5c4fe3718b9a490c721227836b183b2d5a4cfdcb5870");
}

TEST_CASE("the short table of ASCII agrees with the long one") {
  for (char32_t c = 0; c < 128; ++c) {
    INFO("code point " << static_cast<int>(c));
    CHECK(kAsciiClasses[c] == char_class(c));
  }
}
