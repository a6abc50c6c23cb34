#include "plugin_host/search_path.h"

#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;

TEST_CASE("plugins are looked for in the order of the documentation") {
  const TemporaryFolder folder;
  const ScopedVariable home("HOME", "/home/someone"), data("XDG_DATA_HOME", std::nullopt);
  const ScopedVariable listed("FOLIO_PLUGIN_PATH", "/first::/second:");
  const std::vector<fs::path> expected{folder.path(),
                                       "/first",
                                       "/second",
                                       "/experiments/plugins",
                                       "/home/someone/.local/share/folio/plugins",
                                       fs::path(FOLIO_BINARY_DIR) / "plugins"};
  CHECK(plugin_search_path({folder.path()}, "/experiments/romeo.yaml") == expected);
}

TEST_CASE("without experiment and home only the build's own folder is left") {
  const ScopedVariable home("HOME", std::nullopt), data("XDG_DATA_HOME", "relative"), cache("XDG_CACHE_HOME", "");
  const ScopedVariable listed("FOLIO_PLUGIN_PATH", std::nullopt);
  CHECK(plugin_search_path({}, {}) == std::vector<fs::path>{fs::path(FOLIO_BINARY_DIR) / "plugins"});
  CHECK(description_cache_folder().empty());
}

TEST_CASE("the XDG variables go before the home folder") {
  const ScopedVariable home("HOME", "/home/someone"), data("XDG_DATA_HOME", "/data"), cache("XDG_CACHE_HOME", "/cache");
  const ScopedVariable listed("FOLIO_PLUGIN_PATH", std::nullopt);
  CHECK(plugin_search_path({}, {}).front() == "/data/folio/plugins");
  CHECK(description_cache_folder() == "/cache/folio/plugins");
}

TEST_CASE("a folder given on the command line must be there") {
  CHECK(error_of(ErrorKind::usage, [] { plugin_search_path({"/nowhere/at/all"}, {}); }) ==
        "--plugin-path: /nowhere/at/all is not a folder");
}
