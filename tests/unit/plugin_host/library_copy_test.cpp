#include "plugin_host/library_copy.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_host/elf_note.h"
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

TEST_CASE("the needs and the run path of a library are read from its file") {
  const fs::path library = fixture("other_libtorch");
  const LibraryNeeds needs = read_library_needs({library, library});
  CHECK(std::find(needs.libraries.begin(), needs.libraries.end(), "libtorch_cpu.so.99") != needs.libraries.end());
  CHECK(needs.run_path.empty());
  const fs::path beside = fixture("needs_neighbour");
  CHECK(read_library_needs({beside, beside}).run_path == std::vector<std::string>{"$ORIGIN/words"});
}

namespace {

/// Puts the folder with the library that the neighbours' fixtures need beside them, and gives it.
fs::path add_words(const TemporaryFolder& place) {
  fs::path words = place.path() / "words";
  fs::create_directories(words);
  fs::copy_file(fixture("needs_neighbour").parent_path() / "words" / "libfolio_words.so", words / "libfolio_words.so");
  return words;
}

}  // namespace

TEST_CASE("a library that a plugin brings along beside itself is found, though a copy of the plugin is loaded") {
  const TemporaryFolder place;
  const fs::path library = place.add("needs_neighbour");
  add_words(place);
  CHECK(LoadedPlugin(library).describe().summary == "Counts 7 words");
}

TEST_CASE("a library beside a plugin that others may write is not loaded") {
  const TemporaryFolder place;
  const fs::path library = place.add("needs_neighbour_too");
  const fs::path words = add_words(place);
  ::chmod(words.c_str(), 0777);
  CHECK_THAT(
      error_of(ErrorKind::plugin, [&] { LoadedPlugin{library}; }),
      Contains("it needs " + (words / "libfolio_words.so").string() + ", which is not safe: others may write to"));
}

TEST_CASE("a library that would be looked for where Folio is started is not loaded") {
  const TemporaryFolder place;
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { LoadedPlugin{place.add("relative_run_path")}; }),
             Contains("its run path names the folder 'words', which is another file wherever Folio is started"));
}
