#include "train/saving/direct_file.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "support/error.h"
#include "temporary_folder.h"

using namespace folio;
using namespace folio::train;
using Catch::Contains;
using folio::test::TemporaryFolder;

namespace {

std::string bytes_of_size(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 24);
  return bytes;
}

}  // namespace

TEST_CASE("a direct file has what was written, whatever the sizes of the pieces") {
  constexpr std::size_t kMebibyte = 1 << 20;
  const TemporaryFolder on_disk;
  const std::filesystem::path in_memory = "/dev/shm";  // which may know no direct writing
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{5000}, kMebibyte,
                                 2 * kMebibyte + 4096, 3 * kMebibyte + 7}) {
    const std::string wanted = bytes_of_size(size);
    for (const std::size_t piece : {std::size_t{1000}, kMebibyte, 4 * kMebibyte}) {
      for (const std::filesystem::path& folder : {on_disk.path(), in_memory}) {
        const std::filesystem::path path = folder / ("direct_file_test." + std::to_string(::getpid()));
        DirectFile file(path);
        for (std::size_t at = 0; at < size; at += piece) file.write(std::string_view(wanted).substr(at, piece));
        const CheckpointManifest::File written = file.finish();
        CHECK(written == CheckpointManifest::File{size, sha256_hex(wanted)});
        CHECK(read_file(path) == wanted);
        std::filesystem::remove(path);
      }
    }
  }
}

TEST_CASE("a direct file takes nobody's place") {
  const TemporaryFolder scratch;
  write_file_atomically(scratch / "there", "mine");
  CHECK_THROWS_WITH(DirectFile(scratch / "there"), Contains("there: cannot be created: File exists"));
  CHECK_THROWS_WITH(DirectFile(scratch / "nowhere" / "f"), Contains("nowhere/f: cannot be created"));
  CHECK(read_file(scratch / "there") == "mine");
}
