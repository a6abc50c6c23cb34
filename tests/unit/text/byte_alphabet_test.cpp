#include "text/byte_alphabet.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace folio;

TEST_CASE("the byte alphabet has a character of its own for each byte") {
  CHECK(std::set<char32_t>(kByteAlphabet.begin(), kByteAlphabet.end()).size() == 256);
  CHECK(kByteAlphabet['A'] == U'A');
  CHECK(kByteAlphabet[' '] == U'Ġ');
  CHECK(kByteAlphabet['\n'] == U'Ċ');
  CHECK(kByteAlphabet[0xAD] == U'Ń');
  CHECK(*std::max_element(kByteAlphabet.begin(), kByteAlphabet.end()) == 0x143);
}

TEST_CASE("bytes written in the byte alphabet are read back") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  CHECK(from_byte_alphabet(to_byte_alphabet(bytes)) == bytes);
  CHECK(to_byte_alphabet(" é") == "ĠÃ©");
}

TEST_CASE("a token with a character outside the byte alphabet stands for no bytes") {
  CHECK_FALSE(from_byte_alphabet("a b"));
  CHECK_FALSE(from_byte_alphabet("日"));
  CHECK_FALSE(from_byte_alphabet("\xFF"));
}
