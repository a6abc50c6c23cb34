#include "support/files.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace folio;
namespace fs = std::filesystem;

namespace {

/// An empty folder that is gone with the object.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("folio_files_" + std::to_string(::getpid()));
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
};

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("an atomic file replaces the old one only when it is whole") {
  const Folder folder;
  const fs::path file = folder.path / "a";
  write_file_atomically(file, "old");
  {
    AtomicFile unfinished(file);
    unfinished.write("half of the n");
  }
  CHECK(read_file(file) == "old");
  CHECK(entries(folder.path) == 1);
  AtomicFile finished(file);
  finished.write("ne");
  finished.write("w");
  CHECK(read_file(file) == "old");
  finished.commit();
  CHECK(read_file(file) == "new");
  CHECK(entries(folder.path) == 1);
}

TEST_CASE("reading names the file, the reason, and a size beyond the limit") {
  const Folder folder;
  CHECK_THROWS_WITH(read_file(folder.path / "none"), Catch::Contains("none") && Catch::Contains("No such file"));
  CHECK_THROWS_WITH(read_file(folder.path), Catch::Contains(folder.path.string()));
  write_file_atomically(folder.path / "a", "12345");
  CHECK(read_file(folder.path / "a", ErrorKind::run, 5) == "12345");
  CHECK_THROWS_WITH(read_file(folder.path / "a", ErrorKind::run, 4), Catch::Contains("5") && Catch::Contains("4"));
}

TEST_CASE("a full disk is told with the file's name") {
  if (!fs::exists("/dev/full")) return;
  AppendFile file("/dev/full", ErrorKind::store);
  CHECK_THROWS_WITH(file.append_line("x"), Catch::Contains("/dev/full") && Catch::Contains("No space left"));
}

TEST_CASE("appended lines follow each other, after a reopening too") {
  const Folder folder;
  AppendFile(folder.path / "log", ErrorKind::run).append_line("one");
  AppendFile(folder.path / "log", ErrorKind::run).append_line("two");
  CHECK(read_file(folder.path / "log") == "one\ntwo\n");
}
