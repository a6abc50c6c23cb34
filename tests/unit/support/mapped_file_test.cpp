#include "support/mapped_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <utility>

#include "temporary_folder.h"

namespace folio {
namespace {

using Catch::Matchers::Contains;
using test::TemporaryFolder;

TEST_CASE("a mapped file has the file's bytes, also after it was moved and forgotten") {
  const TemporaryFolder folder;
  const std::string contents = std::string(100'000, 'a') + '\0' + "end";
  MappedFile first(folder.write("file", contents));
  const char* const place = first.bytes().data();
  MappedFile file = std::move(first);
  CHECK(first.bytes().empty());
  CHECK(file.bytes().data() == place);
  file.forget(50'000);
  file.forget(contents.size());
  file.forget(contents.size() * 2);
  CHECK(file.bytes() == contents);
  file = MappedFile(folder.write("other", "other"));
  CHECK(file.bytes() == "other");
}

TEST_CASE("an empty file is mapped as no bytes") {
  const TemporaryFolder folder;
  CHECK(MappedFile(folder.write("empty", "")).bytes().empty());
}

TEST_CASE("a mapped file is gone through in parts that follow each other to its end") {
  const TemporaryFolder folder;
  const MappedFile file(folder.write("file", std::string((9 << 20) + 3, 'x')));
  std::size_t expected = 0;
  int parts = 0;
  file.for_each_part([&](std::size_t begin, std::size_t end) {
    CHECK(begin == expected);
    CHECK(end > begin);
    expected = end;
    ++parts;
  });
  CHECK(expected == file.bytes().size());
  CHECK(parts == 3);
}

TEST_CASE("what cannot be mapped is named with the reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(MappedFile(folder / "none"), Contains((folder / "none").string()) && Contains("cannot be opened"));
  CHECK_THROWS_WITH(MappedFile(folder.path()), Contains("is a folder"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(MappedFile(folder / "pipe"), Contains("is not a regular file"));
}

}  // namespace
}  // namespace folio
