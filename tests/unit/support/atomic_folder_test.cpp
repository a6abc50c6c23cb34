#include "support/atomic_folder.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "temporary_folder.h"

using namespace folio;
using Catch::Contains;
using folio::test::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("an atomic folder is at its path once it is committed, and not before") {
  const TemporaryFolder scratch;
  const fs::path target = scratch.path() / "a" / "b";
  AtomicFolder folder(target);
  write_file_atomically(folder.path() / "file", "text");
  CHECK_FALSE(fs::exists(target));
  folder.commit();
  CHECK(read_file(target / "file") == "text");
  CHECK(entries_of(target.parent_path()) == 1);
}

TEST_CASE("an atomic folder that is not committed leaves nothing") {
  const TemporaryFolder scratch;
  {
    const AtomicFolder folder(scratch.path() / "a");
    write_file_atomically(folder.path() / "file", "text");
  }
  CHECK(entries_of(scratch.path()) == 0);
}

TEST_CASE("an atomic folder takes the place of an empty folder, and of nothing else") {
  const TemporaryFolder scratch;
  fs::create_directory(scratch.path() / "empty");
  AtomicFolder folder((scratch.path() / "empty").string() + "/");
  write_file_atomically(folder.path() / "file", "text");
  folder.commit();
  CHECK(fs::exists(scratch.path() / "empty" / "file"));
  const auto problem = [&](const char* name) {
    CHECK_THROWS_WITH(AtomicFolder(scratch.path() / name), Contains(name) && Contains("expected a folder that is new"));
  };
  problem("empty");
  write_file_atomically(scratch.path() / "file", "text");
  problem("file");
  fs::create_symlink("nowhere", scratch.path() / "link");
  problem("link");
  CHECK_THROWS_WITH(AtomicFolder(scratch.path() / "file" / "below"), Contains("file"));
}

TEST_CASE("an atomic folder removes what a killed process left of it, and not what another is making") {
  const TemporaryFolder scratch;
  const fs::path target = scratch.path() / "a";
  fs::create_directories(scratch.path() / ".a.new-0123abcd" / "below");
  fs::create_directories(scratch.path() / ".a.new-notes");
  const AtomicFolder one(target);
  const AtomicFolder other(target);
  CHECK_FALSE(fs::exists(scratch.path() / ".a.new-0123abcd"));
  CHECK(fs::exists(scratch.path() / ".a.new-notes"));
  CHECK(fs::exists(one.path()));
  CHECK(fs::exists(other.path()));
}

TEST_CASE("of two atomic folders of one path the second finds that it is taken") {
  const TemporaryFolder scratch;
  AtomicFolder one(scratch.path() / "a"), other(scratch.path() / "a");
  write_file_atomically(one.path() / "file", "one");
  write_file_atomically(other.path() / "file", "other");
  one.commit();
  CHECK_THROWS_WITH(other.commit(), Contains("cannot be put in place"));
  CHECK(read_file(scratch.path() / "a" / "file") == "one");
}
