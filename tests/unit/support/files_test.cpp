#include "support/files.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <system_error>

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

TEST_CASE("what is no regular file is refused at once, and not read") {
  const Folder folder;
  REQUIRE(::mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_file(folder.path / "pipe"), Catch::Contains("is not a regular file (it is a pipe)"));
  fs::create_symlink("/dev/zero", folder.path / "endless");
  CHECK_THROWS_WITH(read_file(folder.path / "endless"), Catch::Contains("is not a regular file (it is a device)"));
  fs::create_symlink("loop", folder.path / "loop");
  CHECK_THROWS_WITH(read_file(folder.path / "loop"), Catch::Contains("cannot be opened"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket = (folder.path / "socket").string();
  REQUIRE(socket.copy(address.sun_path, sizeof address.sun_path - 1) == socket.size());
  const FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK_THROWS_WITH(read_file(socket), Catch::Contains("is not a regular file (it is a socket)"));
}

TEST_CASE("a file that is larger than its limit is not read") {
  const Folder folder;
  write_file_atomically(folder.path / "large", "x");
  fs::resize_file(folder.path / "large", std::uintmax_t{1} << 40);  // a hole, which takes no disk
  CHECK_THROWS_WITH(read_file(folder.path / "large"), Catch::Contains("(1099511627776 bytes)"));
}

TEST_CASE("what a pipe gives is read to its end, up to a limit") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const FileDescriptor reader(ends[0]);
  FileDescriptor writer(ends[1]);
  REQUIRE(::write(writer.get(), "12345", 5) == 5);
  writer.reset();
  CHECK(read_to_end(reader.get(), "standard input", ErrorKind::run, 5) == "12345");
  CHECK(read_to_end(reader.get(), "standard input").empty());
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

TEST_CASE("temporary files of a killed process are removed, those in use stay") {
  const Folder folder;
  for (const char* name : {"a.tmp17-4", "b.tmp17-4", "a.tmp17", "a.tmp-4", "tmp17-4", "a"})
    std::ofstream(folder.path / name);
  ::mkfifo((folder.path / "pipe.tmp1-2").c_str(), 0600);
  AtomicFile in_use(folder.path / "a");
  in_use.write("x");
  remove_abandoned_files(folder.path, "a");
  CHECK_FALSE(fs::exists(folder.path / "a.tmp17-4"));
  CHECK(fs::exists(folder.path / "b.tmp17-4"));
  remove_abandoned_files(folder.path);
  CHECK_FALSE(fs::exists(folder.path / "b.tmp17-4"));
  CHECK(entries(folder.path) == 6);  // four that are named otherwise, the pipe and the one in use
  in_use.commit();
  CHECK(read_file(folder.path / "a") == "x");
  remove_abandoned_files(folder.path / "none");
}

TEST_CASE("a file that grows notices that it was removed, replaced or cut") {
  const Folder folder;
  const fs::path file = folder.path / "events";
  AppendFile lines(file, ErrorKind::run);
  lines.append_line("one");
  AppendFile(file, ErrorKind::run).append_line("of another writer");
  lines.require_in_place();
  fs::resize_file(file, 4);
  CHECK_THROWS_WITH(lines.require_in_place(), Catch::Contains("was cut"));
  fs::remove(file);
  CHECK_THROWS_WITH(lines.require_in_place(), Catch::Contains("events: was removed or replaced"));
  std::ofstream(file) << "another file";
  CHECK_THROWS_WITH(lines.require_in_place(), Catch::Contains("was removed or replaced"));
}

TEST_CASE("what libraries throw is told in plain words") {
  CHECK(plain_message(std::runtime_error("no room for 8 bytes\nException raised from alloc at a.cpp:1 (most recent "
                                         "call first):\nframe #0: main")) == "no room for 8 bytes");
  CHECK(plain_message(std::runtime_error("[json.exception.type_error.302] type must be number, but is null")) ==
        "type must be number, but is null");
  CHECK(plain_message(std::bad_alloc()) == "there is not enough memory");
  CHECK(plain_message(fs::filesystem_error("cannot copy", "/a/b", std::make_error_code(std::errc::io_error))) ==
        "/a/b: Input/output error");
  CHECK(plain_message(fs::filesystem_error("cannot get current path", std::make_error_code(std::errc::io_error)))
            .starts_with("the working directory"));
}
