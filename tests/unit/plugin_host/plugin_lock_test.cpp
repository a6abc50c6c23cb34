#include "plugin_host/plugin_lock.h"

#include <sys/stat.h>

#include <string>
#include <thread>
#include <vector>

#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("the list of trusted plugins keeps hashes by path and is the user's alone") {
  const TemporaryFolder place;
  const fs::path file = place.path() / "folio" / "plugins.lock", library = place.write("a.so", "a");
  CHECK_FALSE(PluginLock(file).hash_of(library));
  PluginLock::change(file, [&](PluginLock& lock) { lock.trust(library, "1234"); });
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  fs::create_symlink(library, place.path() / "link.so");
  CHECK(PluginLock(file).hash_of(library) == "1234");
  CHECK(PluginLock(file).hash_of(place.path() / "link.so") == "1234");
  fs::remove(library);
  PluginLock::change(file, [&](PluginLock& lock) {
    CHECK(lock.forget(library));
    CHECK_FALSE(lock.forget(library));
  });
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
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { PluginLock::change(fs::path(), [](PluginLock&) {}); }),
             Contains("neither HOME nor XDG_DATA_HOME is set"));
}

TEST_CASE("of libraries that are trusted at the same time none is lost") {
  constexpr int kAtOnce = 12;
  const TemporaryFolder place;
  const fs::path file = place.path() / "folio" / "plugins.lock";
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&, i] {
      PluginLock::change(
          file, [&](PluginLock& lock) { lock.trust(place.path() / (std::to_string(i) + ".so"), std::to_string(i)); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(PluginLock(file).hashes().size() == kAtOnce);
}

TEST_CASE("a path that the list cannot name is refused, and nothing is changed") {
  const TemporaryFolder place;
  const fs::path file = place.path() / "plugins.lock", library = place.write("good.so", "a");
  const fs::path odd = place.write("odd\xff.so", "a");
  const std::string message = error_of(ErrorKind::usage, [&] {
    PluginLock::change(file, [&](PluginLock& lock) {
      lock.trust(library, "1234");
      lock.trust(odd, "1234");
    });
  });
  CHECK_THAT(message, StartsWith(odd.string() + ": cannot be put on the list") && Contains("is not UTF-8"));
  CHECK_FALSE(fs::exists(file));
}
