#include "plugin_host/plugin_lock.h"

#include <sys/stat.h>

#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("the list of trusted plugins keeps hashes by path and is the user's alone") {
  const TemporaryFolder place;
  const fs::path file = place.path() / "folio" / "plugins.lock", library = place.write("a.so", "a");
  PluginLock lock(file);
  CHECK_FALSE(lock.hash_of(library));
  lock.trust(library, "1234");
  lock.save();
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  fs::create_symlink(library, place.path() / "link.so");
  PluginLock read(file);
  CHECK(read.hash_of(library) == "1234");
  CHECK(read.hash_of(place.path() / "link.so") == "1234");
  fs::remove(library);
  CHECK(read.forget(library));
  CHECK_FALSE(read.forget(library));
  read.save();
  CHECK(PluginLock(file).hashes().empty());
}

TEST_CASE("a list that is damaged or that others may write is refused with what to do") {
  const TemporaryFolder place;
  const auto message = [&](const std::string& contents) {
    const fs::path file = place.write("plugins.lock", contents);
    return error_of(ErrorKind::plugin, [&] { PluginLock{file}; });
  };
  for (const char* damaged : {"", "{", "[]", "7", R"({"format": 2, "plugins": {}})", R"({"format": 1, "plugins": []})",
                              R"({"format": 1, "plugins": {"/a.so": 7}})", R"({"format": [], "plugins": {}})"}) {
    CHECK_THAT(message(damaged), StartsWith((place.path() / "plugins.lock").string() + ": ") && Contains("is damaged"));
  }
  ::chmod((place.path() / "plugins.lock").c_str(), 0666);
  CHECK_THAT(message(R"({"format": 1, "plugins": {}})"), Contains("others may write to ") && Contains("mode 0666"));
}

TEST_CASE("without a home there is no list to write") {
  PluginLock none{fs::path()};
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { none.save(); }), Contains("neither HOME nor XDG_DATA_HOME is set"));
}
