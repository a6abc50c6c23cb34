#include "support/sha256.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "support/error.h"
#include "support/files.h"

using namespace folio;

// The digests of FIPS 180-4's examples.
constexpr const char* kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfMillionA = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST_CASE("sha256 gives the standard's digests") {
  CHECK(sha256_hex("") == kOfNothing);
  CHECK(sha256_hex("abc") == kOfAbc);
}

TEST_CASE("sha256 of pieces is that of the whole") {
  Sha256 hash;
  for (int i = 0; i < 1000; ++i) hash.update(std::string(1000, 'a'));
  CHECK(hash.hex_digest() == kOfMillionA);
}

TEST_CASE("sha256 of a file names the file where it cannot be read") {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("folio_sha256_" + std::to_string(::getpid()));
  write_file_atomically(file, "abc");
  CHECK(sha256_file(file) == kOfAbc);
  std::filesystem::remove(file);
  CHECK_THROWS_WITH(sha256_file(file), Catch::Contains(file.string()));
}
