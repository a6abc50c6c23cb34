#include "plugin_host/place_trust.h"

#include <sys/stat.h>
#include <unistd.h>

#include "plugin_host/catalogue.h"
#include "plugin_host/search_path.h"
#include "support/sha256.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr uid_t kStranger = 12345;

std::string place_problem(const fs::path& library) {
  return problem_with_place(library, library.parent_path()).value_or("");
}

Catalogue catalogue_beside(const TemporaryFolder& place, std::vector<NamedPlugin> named) {
  return Catalogue(
      {.folders = {place.path() / "plugins"},
       .describe = {.program = program_folder() / "folio-describe", .cache_folder = place.path() / "cache"},
       .trust = {
           .beside = place.path() / "plugins", .named = std::move(named), .lock_file = place.path() / "plugins.lock"}});
}

const std::vector<NamedPlugin> kGoodNamed{{PluginKind::dataset, "good"}};

}  // namespace

TEST_CASE("what only the user may write is trusted, also below a sticky folder such as the one for temporary files") {
  const TemporaryFolder place;
  CHECK(place_problem(place.add("good", "plugins")).empty());
  ::chmod((place.path()).c_str(), 01777);
  CHECK(place_problem(place.path() / "plugins" / "fixture_good.so").empty());
}

TEST_CASE("what others may write is told with path, mode, owner and the command that mends it") {
  const TemporaryFolder place;
  const fs::path library = place.add("good", "above/plugins");
  const fs::path folder = library.parent_path(), above = folder.parent_path();
  for (const auto& [path, mode, shown] :
       {std::tuple{library, 0666, "0666"}, std::tuple{library, 0620, "0620"}, std::tuple{folder, 0777, "0777"},
        std::tuple{folder, 01777, "1777"}, std::tuple{above, 0775, "0775"}, std::tuple{above, 0702, "0702"}}) {
    struct stat before{};
    REQUIRE(::stat(path.c_str(), &before) == 0);
    ::chmod(path.c_str(), static_cast<mode_t>(mode));
    const std::string problem = place_problem(library);
    CHECK_THAT(problem, StartsWith("others may write to " + path.string() + " (mode " + shown + ", owner "));
    CHECK_THAT(problem, Contains("chmod go-w '" + path.string() + "'"));
    ::chmod(path.c_str(), before.st_mode);
    CHECK(place_problem(library).empty());
  }
}

TEST_CASE("what belongs to somebody else is told with its owner") {
  if (::geteuid() != 0) return;  // only root gives files away
  const TemporaryFolder place;
  const fs::path library = place.add("good", "above/plugins");
  for (const fs::path& path : {library, library.parent_path(), library.parent_path().parent_path()}) {
    REQUIRE(::chown(path.c_str(), kStranger, kStranger) == 0);
    const std::string problem = place_problem(library);
    CHECK_THAT(problem, StartsWith(path.string() + " belongs to another user (mode 0") && Contains("owner user 12345"));
    REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  }
  CHECK(place_problem(library).empty());
}

TEST_CASE("a symbolic link may lead about in its folder, but not out of it") {
  const TemporaryFolder place;
  const fs::path library = place.add("good", "plugins"), outside = place.add("good", "elsewhere");
  const fs::path inner = place.path() / "plugins" / "inner.so", outer = place.path() / "plugins" / "outer.so";
  fs::create_symlink("fixture_good.so", inner);
  fs::create_symlink(outside, outer);
  CHECK(place_problem(inner).empty());
  CHECK_THAT(place_problem(outer),
             StartsWith("it is a symbolic link out of its folder, to " + fs::canonical(outside).string()));
}

TEST_CASE("code beside an experiment does not run unless the experiment names it") {
  const TemporaryFolder place;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (place.path() / "mark").string());
  const fs::path library = place.add("good", "plugins");
  const Catalogue other = catalogue_beside(place, {{PluginKind::model, "good"}, {PluginKind::dataset, "goods"}});
  CHECK_FALSE(fs::exists(place.path() / "mark"));
  CHECK(other.plugins().empty());
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { other.require(PluginKind::dataset, "good"); }),
             StartsWith(library.string() + ": is not looked into: it lies beside the experiment, which does not name"));

  CHECK(catalogue_beside(place, kGoodNamed).plugins().size() == 1);
  CHECK(fs::exists(place.path() / "mark"));
}

namespace {

void trust(const TemporaryFolder& place, const fs::path& library, const std::string& hash) {
  PluginLock::change(place.path() / "plugins.lock", [&](PluginLock& lock) { lock.trust(library, hash); });
}

}  // namespace

TEST_CASE("code that others could have written does not run, named or not, until it is on the list") {
  const TemporaryFolder place;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (place.path() / "mark").string());
  const fs::path library = place.add("good", "plugins");
  ::chmod(library.parent_path().c_str(), 0777);
  const auto message = [&] {
    const Catalogue catalogue = catalogue_beside(place, kGoodNamed);
    CHECK_FALSE(fs::exists(place.path() / "mark"));
    return error_of(ErrorKind::plugin, [&] { catalogue.require(PluginKind::dataset, "good"); });
  };
  CHECK_THAT(message(), StartsWith(library.string() + ": is not loaded: others may write to ") &&
                            Contains("runner plugins trust '" + library.string() + "'"));

  const std::string others_hash(64, '0');
  trust(place, library, others_hash);
  CHECK_THAT(message(), Contains("it has changed since it was trusted: expected SHA-256 " + others_hash + ", found " +
                                 sha256_file(library) + "; if the change is yours: runner plugins trust"));

  trust(place, library, sha256_file(library));
  CHECK(catalogue_beside(place, {}).plugins().size() == 1);
}

TEST_CASE("a library on the list that changed is not loaded even from a safe place") {
  const TemporaryFolder place;
  const fs::path library = place.add("good", "plugins");
  trust(place, library, sha256_file(library));
  CHECK(catalogue_beside(place, kGoodNamed).plugins().size() == 1);
  place.write("plugins/fixture_good.so", read_file(library) + "changed");
  CHECK_THAT(
      error_of(ErrorKind::plugin, [&] { catalogue_beside(place, kGoodNamed).require(PluginKind::dataset, "good"); }),
      Contains("it has changed since it was trusted"));
}

TEST_CASE("a folder beside the experiment that is a link to elsewhere is not loaded from") {
  const TemporaryFolder place;
  place.add("good", "elsewhere");
  fs::create_directory_symlink(place.path() / "elsewhere", place.path() / "plugins");
  const Catalogue catalogue = catalogue_beside(place, kGoodNamed);
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { catalogue.require(PluginKind::dataset, "good"); }),
             Contains((place.path() / "plugins").string() + " is a symbolic link to "));
}

TEST_CASE("an untrusted library with the id of another is told with both, and neither is used") {
  const TemporaryFolder place;
  const fs::path mine = place.add("good", "mine"), beside = place.add("good_again", "plugins");
  ::chmod(beside.c_str(), 0777);
  const Catalogue catalogue({.folders = {place.path() / "mine", place.path() / "plugins"},
                             .describe = {.program = program_folder() / "folio-describe", .cache_folder = {}},
                             .trust = {.beside = place.path() / "plugins", .named = kGoodNamed, .lock_file = {}}});
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { catalogue.require(PluginKind::dataset, "good"); }),
             StartsWith(beside.string() + ": is not loaded: others may write") &&
                 Contains("; " + mine.string() + " has the same id"));
}
