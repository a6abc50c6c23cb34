#include "input/unpacked_file.h"

#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <random>

#include "input/compression.h"
#include "input/scratch_file.h"
#include "mutate.h"
#include "packed.h"
#include "support/sha256.h"
#include "temporary_folder.h"

namespace folio::input {
namespace {

using Catch::Matchers::Contains;
using test::gzip;
using test::mutate;
using test::TemporaryFolder;
using test::zstd;

/// Text that does not shrink to nothing.
std::string some_text(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = "etaoin shrdlu\n"[random() % 14];
  return text;
}

std::string unpacked(const std::string& contents) {
  const TemporaryFolder folder;
  return std::string(open_unpacked(folder.write("book", contents)).contents.bytes());
}

std::string problem_with(const std::string& contents) {
  try {
    unpacked(contents);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

/// What an unpacker makes of bytes that come `step` at a time.
std::string fed(Compression compression, const std::string& packed, std::size_t step) {
  std::string text;
  const auto unpacker = make_unpacker(compression, "x", [&](std::string_view bytes) { text += bytes; });
  for (std::size_t at = 0; at < packed.size(); at += step) unpacker->feed(std::string_view(packed).substr(at, step));
  unpacker->finish();
  return text;
}

TEST_CASE("a file is unpacked by what it holds, and its hash is that of the file as it lies there") {
  const std::string text = some_text(1'000'000);
  for (const std::string& contents : {text, gzip(text), zstd(text)}) {
    const TemporaryFolder folder;
    const UnpackedFile file = open_unpacked(folder.write("name.says.nothing", contents));
    CHECK(file.contents.bytes() == text);
    CHECK(file.hash == sha256_hex(contents));
  }
  CHECK(unpacked("").empty());
  CHECK(unpacked(gzip("")).empty());
  CHECK(unpacked(zstd("")).empty());
  CHECK(unpacked("\x1F") == "\x1F");
}

TEST_CASE("all members of a gzip file and all frames of a zstd file are unpacked") {
  const std::string one = some_text(300'000), two = "two";
  CHECK(unpacked(gzip(one) + gzip("") + gzip(two)) == one + two);
  CHECK(unpacked(zstd(one) + zstd("") + zstd(two)) == one + two);
  const std::string skippable("\x5A\x2A\x4D\x18\x03\0\0\0abc", 11);
  CHECK(unpacked(skippable + zstd(one) + skippable) == one);
}

TEST_CASE("unpacking does not depend on where the file was cut into pieces") {
  const std::string text = some_text(5'000);
  const std::string gzipped = gzip(text) + gzip(text), zstded = zstd(text) + zstd(text);
  for (const std::size_t step : {1, 2, 7, 1000}) {
    CHECK(fed(Compression::gzip, gzipped, step) == text + text);
    CHECK(fed(Compression::zstd, zstded, step) == text + text);
  }
  const std::string zeros(3 << 20, '\0');  // a few bytes of input fill the output many times
  CHECK(fed(Compression::gzip, gzip(zeros), 100) == zeros);
  CHECK(fed(Compression::zstd, zstd(zeros), 3) == zeros);
}

TEST_CASE("a packed file that ends too soon is refused, wherever it ends") {
  const std::string text = some_text(400);
  for (const auto& [packed, format] : {std::pair(gzip(text), "gzip"), std::pair(zstd(text), "zstd")}) {
    for (std::size_t size = 4; size < packed.size(); ++size) {
      CHECK_THAT(problem_with(packed.substr(0, size)),
                 Contains(std::string("/book: is a ") + format + " file that ends too soon"));
    }
  }
}

TEST_CASE("a damaged packed file is refused with what is wrong") {
  std::string gzipped = gzip(some_text(10'000)), zstded = zstd(some_text(10'000));
  CHECK_THAT(problem_with(gzipped + "junk"), Contains("is a damaged gzip file: incorrect header check"));
  CHECK_THAT(problem_with(zstded + "junk"), Contains("is a damaged zstd file: Unknown frame descriptor"));
  gzipped[gzipped.size() - 6] ^= 1;  // in the checksum
  zstded[zstded.size() - 2] ^= 1;
  CHECK_THAT(problem_with(gzipped), Contains("incorrect data check"));
  CHECK_THAT(problem_with(zstded), Contains("Restored data doesn't match checksum"));
}

TEST_CASE("unpacking survives any file") {
  const std::string text = some_text(3'000);
  for (const std::string& good : {gzip(text) + gzip("two"), zstd(text) + zstd("two")}) {
    const Compression compression = compression_of(good);
    std::mt19937 random(7);
    int refused = 0;
    for (int i = 0; i < 2'000; ++i) {
      const std::string bad = mutate(good, random);
      try {
        const std::string result = fed(compression, bad, 1 + random() % 1'000);
        // What is taken is the text, or the text without a member that was cut out whole.
        CHECK(result.size() <= 3 * text.size());
      } catch (const Error&) {
        ++refused;
      }
    }
    CHECK(refused > 1'500);
  }
}

TEST_CASE("a full disk is named with the folder and the variable that gives another") {
  // Files may grow to 100 kB, as on a disk with so much space.
  struct rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{100'000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::string problem;
  try {
    ScratchFile scratch("/books/whale.txt.gz");
    scratch.write(std::string(200'000, 'x'));
  } catch (const Error& error) {
    problem = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK_THAT(problem, Contains("/books/whale.txt.gz") && Contains("File too large") && Contains("TMPDIR"));
}

TEST_CASE("a temporary file lies where TMPDIR says and leaves nothing") {
  const TemporaryFolder folder;
  const test::EnvironmentVariable place("TMPDIR", folder.path().string());
  ScratchFile scratch("x");
  scratch.write("text");
  const MappedFile mapped = scratch.map();
  CHECK(mapped.bytes() == "text");
  CHECK(std::filesystem::is_empty(folder.path()));
  const test::EnvironmentVariable wrong("TMPDIR", "/no/such/folder");
  CHECK_THROWS_WITH(ScratchFile("book"), Contains("book: ") && Contains("/no/such/folder"));
}

}  // namespace
}  // namespace folio::input
