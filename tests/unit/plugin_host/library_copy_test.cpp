#include "plugin_host/library_copy.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_host/loaded_plugin.h"
#include "support/sha256.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;

TEST_CASE("a copy has the file's bytes and hash, whatever becomes of the file, and nobody can change it") {
  const TemporaryFolder place;
  const fs::path file = place.write("a.so", "once upon a time");
  const LibraryCopy copy(file);
  place.write("a.so", "otherwise");
  CHECK(read_file(copy.path()) == "once upon a time");
  CHECK(copy.hash() == sha256_hex("once upon a time"));
  const int fd = ::open(copy.path().c_str(), O_WRONLY);
  CHECK((fd < 0 || ::write(fd, "x", 1) < 0));
  if (fd >= 0) ::close(fd);
}

TEST_CASE("a limit on the size of files keeps no plugin from being loaded") {
  const TemporaryFolder place;
  const fs::path file = place.write("a.so", "once upon a time");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 4, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const LibraryCopy copy(file);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  fs::remove(file);
  CHECK(read_file(copy.path()) == "once upon a time");
  CHECK(copy.hash() == sha256_hex("once upon a time"));
}

TEST_CASE("a pipe that is named like a library holds nobody up") {
  const TemporaryFolder place;
  const fs::path pipe = place.path() / "pipe.so";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { LibraryCopy{pipe}; }), Contains("it is not a regular file"));
}

TEST_CASE("what is loaded has the hash that was described, else both are told") {
  const TemporaryFolder place;
  const fs::path library = place.add("good");
  const std::string hash = sha256_file(library);
  CHECK(LoadedPlugin(library, hash).hash() == hash);
  CHECK(LoadedPlugin(library).describe().library_hash == hash);

  const fs::path other = place.write("other.so", read_file(library) + "changed");
  const std::string message = error_of(ErrorKind::plugin, [&] { LoadedPlugin(other, hash); });
  CHECK_THAT(message, Contains(other.string() + ": has changed since it was looked at: expected SHA-256 " + hash +
                               ", found " + sha256_file(other)));
}
