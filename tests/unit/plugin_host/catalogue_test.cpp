#include "plugin_host/catalogue.h"

#include <nlohmann/json.hpp>
#include <set>

#include "folio/version.h"
#include "plugin_host/search_path.h"
#include "support/sha256.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A catalogue of `folders` with its cache in `place`.
Catalogue catalogue_of(const TemporaryFolder& place, const std::vector<fs::path>& folders,
                       std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
  return Catalogue({.folders = folders,
                    .describe = {.program = program_folder() / "folio-describe",
                                 .cache_folder = place.path() / "cache",
                                 .timeout = timeout}});
}

/// The one problem that a folder with this fixture alone has.
std::string only_problem(const std::string& name, std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
  const TemporaryFolder place;
  const fs::path library = place.add(name);
  const Catalogue catalogue = catalogue_of(place, {place.path()}, timeout);
  CHECK(catalogue.plugins().empty());
  REQUIRE(catalogue.problems().size() == 1);
  const PluginProblem& problem = catalogue.problems().front();
  CHECK(problem.fatal);
  CHECK(problem.library == library);
  CHECK(problem.id == name);
  CHECK_THAT(problem.message, StartsWith(library.string() + ": "));
  return problem.message;
}

std::string cache_file(const TemporaryFolder& place, const fs::path& library) {
  return (place.path() / "cache" / (sha256_file(library) + ".json")).string();
}

}  // namespace

TEST_CASE("a plugin's description is found, and its folder") {
  const TemporaryFolder place;
  const fs::path library = place.add("good", "mine");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "absent", place.path() / "mine"});
  CHECK(catalogue.problems().empty());
  REQUIRE(catalogue.plugins().size() == 1);
  CHECK(catalogue.plugins()[0].library == library.string());
  CHECK(catalogue.find(PluginKind::dataset, "good") == &catalogue.plugins()[0]);
  CHECK(&catalogue.require(PluginKind::dataset, "good") == &catalogue.plugins()[0]);
  CHECK(catalogue.find(PluginKind::model, "good") == nullptr);
}

TEST_CASE("a library whose name has a line end is named on one line and left alone") {
  const TemporaryFolder place;
  fs::copy_file(fixture("crashes_when_loaded"), place.path() / "z\nerror: FAKE.so");
  place.add("good");
  const Catalogue catalogue = catalogue_of(place, {place.path()});
  CHECK(catalogue.plugins().size() == 1);
  REQUIRE(catalogue.problems().size() == 1);
  CHECK(catalogue.problems()[0].message == (place.path() / "z error: FAKE.so").string() +
                                               ": is not looked at: its name has a control character or a line end in "
                                               "it; rename it");
}

TEST_CASE("all that is broken is told, each in its own words, and the good plugins go on") {
  const TemporaryFolder place;
  place.write("text.so", "not a library\n");
  for (const auto* name :
       {"good", "other_sdk", "other_libtorch", "other_build_type", "no_entry_symbol", "undefined_symbol",
        "crashes_when_loaded", "exits_when_loaded", "prints_when_loaded", "throws_when_made"}) {
    place.add(name);
  }
  const Catalogue catalogue = catalogue_of(place, {place.path()});
  std::vector<std::string> usable;
  for (const PluginDescription& plugin : catalogue.plugins()) usable.push_back(plugin.id);
  CHECK(usable == std::vector<std::string>{"good", "prints_when_loaded", "throws_when_made"});

  std::set<std::string> reasons;
  for (const PluginProblem& problem : catalogue.problems()) {
    CHECK_THAT(problem.message, StartsWith(problem.library.string() + ": "));
    reasons.insert(problem.message.substr(problem.library.string().size()));
  }
  CHECK(catalogue.problems().size() == 8);
  CHECK(reasons.size() == 8);
}

TEST_CASE("a library that crashes, exits or hangs when it is loaded is named with what it did") {
#if FOLIO_TEST_SANITIZED  // the sanitizer takes the signal and ends the process itself
  CHECK_THAT(only_problem("crashes_when_loaded"), Contains("ended the process when it was loaded: it exited with "));
#else
  CHECK_THAT(only_problem("crashes_when_loaded"),
             Contains("crashed when it was loaded: the process was killed by signal 11 (Segmentation fault)"));
#endif
  CHECK_THAT(only_problem("exits_when_loaded"), Contains("ended the process when it was loaded: it exited with 0"));
  CHECK_THAT(only_problem("throws_when_loaded"),
             Contains("crashed when it was loaded: the process was killed by signal 6") &&
                 Contains("; its last message was \"what():  thrown by a constructor\""));
  CHECK_THAT(only_problem("hangs_when_loaded", std::chrono::milliseconds(300)),
             Contains("did not finish loading within 0.3 s"));
}

TEST_CASE("a library that crashed is not run again until it changes or its verdict is removed") {
  const TemporaryFolder place;
  const fs::path library = place.add("exits_when_loaded", "plugins");
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (place.path() / "mark").string());
  const auto message = [&] {
    const Catalogue catalogue = catalogue_of(place, {place.path() / "plugins"});
    REQUIRE(catalogue.problems().size() == 1);
    return catalogue.problems().front().message;
  };
  const std::string first = message();
  REQUIRE(fs::remove(place.path() / "mark"));
  const std::string verdict = cache_file(place, library);
  CHECK_THAT(first, Contains("(to try anyway, remove " + verdict + ")"));

  CHECK(message() == first);
  CHECK_FALSE(fs::exists(place.path() / "mark"));

  REQUIRE(fs::remove(verdict));
  CHECK(message() == first);
  CHECK(fs::exists(place.path() / "mark"));
}

TEST_CASE("what a missing library or symbol stopped is tried again each time") {
  const TemporaryFolder place;
  const fs::path library = place.add("undefined_symbol", "plugins");
  CHECK(catalogue_of(place, {place.path() / "plugins"}).problems().size() == 1);
  CHECK_FALSE(fs::exists(cache_file(place, library)));
}

TEST_CASE("a stranger's library is run once and then known by its hash, wherever it lies") {
  const TemporaryFolder place;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (place.path() / "mark").string());
  const fs::path library = place.add("good", "one");
  CHECK(catalogue_of(place, {place.path() / "one"}).plugins().size() == 1);
  CHECK(fs::remove(place.path() / "mark"));

  fs::create_directories(place.path() / "two");
  fs::rename(library, place.path() / "two" / "renamed.so");
  const Catalogue moved = catalogue_of(place, {place.path() / "two"});
  REQUIRE(moved.plugins().size() == 1);
  CHECK(moved.plugins()[0].library == (place.path() / "two" / "renamed.so").string());
  CHECK(moved.plugins()[0].options.find("copies")->unit_text == "documents");
  CHECK_FALSE(fs::exists(place.path() / "mark"));
}

TEST_CASE("the description beside a library counts only where it was made from that very file") {
  const TemporaryFolder place;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (place.path() / "mark").string());
  const fs::path library = place.add("good", "plugins");
  CHECK(catalogue_of(place, {place.path() / "plugins"}).plugins().size() == 1);
  const fs::path cached = cache_file(place, library);
  nlohmann::json description = nlohmann::json::parse(read_file(cached));
  fs::remove(cached);
  fs::remove(place.path() / "mark");

  const auto summary_with = [&](const std::string& beside) {
    place.write("plugins/fixture_good.so.json", beside);
    const Catalogue catalogue = catalogue_of(place, {place.path() / "plugins"});
    REQUIRE(catalogue.plugins().size() == 1);
    return catalogue.plugins()[0].summary;
  };
  description["summary"] = "As its build described it";
  CHECK(summary_with(description.dump()) == "As its build described it");
  CHECK_FALSE(fs::exists(place.path() / "mark"));

  SECTION("of another file") { description["library_hash"] = std::string(64, '0'); }
  SECTION("of another plugin") { description["id"] = "bad"; }
  SECTION("of another version of Folio") { description.erase("options"); }
  SECTION("of a wrong type") { description["library_hash"] = 7; }
  SECTION("no JSON") { description = "x"; }
  CHECK(summary_with(description.is_string() ? "{ nonsense" : description.dump()) == "One given text");
  CHECK(fs::exists(place.path() / "mark"));
}

TEST_CASE("two plugins with one id are an error that names both files, and the others go on") {
  const TemporaryFolder place;
  const fs::path one = place.add("good", "one"), two = place.add("good_again", "two");
  place.add("throws_when_made", "two");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "one", place.path() / "two"});
  CHECK(catalogue.plugins().size() == 1);
  CHECK(catalogue.find(PluginKind::dataset, "good") == nullptr);
  const std::string expected = "2 dataset plugins have the id 'good': " + one.string() + " and " + two.string() +
                               "; keep only one of these files in the folders searched";
  CHECK(error_of(ErrorKind::plugin, [&] { catalogue.require(PluginKind::dataset, "good"); }) == expected);
  REQUIRE(catalogue.problems().size() == 1);
  CHECK(catalogue.problems()[0].message == expected);
}

TEST_CASE("a plugin reached by two ways is no duplicate") {
  const TemporaryFolder place;
  place.add("good", "one");
  fs::create_directory_symlink(place.path() / "one", place.path() / "link");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "one", place.path() / "link", place.path() / "one"});
  CHECK(catalogue.plugins().size() == 1);
  CHECK(catalogue.problems().empty());
}

TEST_CASE("asking for a plugin whose library is broken gives that library's problem") {
  const TemporaryFolder place;
  place.add("other_sdk");
  const Catalogue catalogue = catalogue_of(place, {place.path()});
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { catalogue.require(PluginKind::dataset, "other_sdk"); }),
             Contains("fixture_other_sdk.so: cannot be loaded: version of the SDK: wanted " +
                      std::to_string(FOLIO_SDK_VERSION) + ", found 99"));
}

TEST_CASE("a broken library does not stand in the way of a good one with its id") {
  const TemporaryFolder place;
  place.write("broken/broken.so",
              with_stamp_patched(read_file(fixture("good")), "sdk=4\nkind=dataset\n", "sdk=9\nkind=dataset\n"));
  const fs::path good = place.add("good", "good");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "broken", place.path() / "good"});
  CHECK(catalogue.require(PluginKind::dataset, "good").library == good.string());
  CHECK(catalogue.problems().size() == 1);
}

TEST_CASE("a plugin that is not there is told with the folders searched and the nearest id") {
  const TemporaryFolder place;
  place.add("good", "plugins");
  place.write("plugins/text.so", "not a library\n");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "plugins", place.path() / "absent"});
  const std::string folders = "; searched " + (place.path() / "plugins").string() + ", " +
                              (place.path() / "absent").string() +
                              " (no such folder); some libraries there cannot be used; `runner plugins` lists them";
  const auto message = [&](PluginKind kind, const char* id) {
    return error_of(ErrorKind::plugin, [&] { catalogue.require(kind, id); });
  };
  CHECK(message(PluginKind::dataset, "goood") == "there is no dataset plugin 'goood'; did you mean 'good'?" + folders);
  CHECK(message(PluginKind::model, "good") == "there is no model plugin 'good' ('good' is a dataset)" + folders);
}

TEST_CASE("a cache that cannot be written is remarked on and nothing worse") {
  const TemporaryFolder place;
  place.add("good", "plugins");
  place.write("cache", "a file where the folder should be\n");
  const Catalogue catalogue = catalogue_of(place, {place.path() / "plugins"});
  CHECK(catalogue.plugins().size() == 1);
  REQUIRE(catalogue.problems().size() == 1);
  CHECK_FALSE(catalogue.problems()[0].fatal);
  CHECK_THAT(catalogue.problems()[0].message, Contains("is described again each time"));
}

TEST_CASE("a model is described without libtorch in this program") {
  if (!has_libtorch()) return;
  const TemporaryFolder place;
  place.add("crash_at_step");
  const Catalogue catalogue = catalogue_of(place, {place.path()});
  const PluginDescription& model = catalogue.require(PluginKind::model, "crash_at_step");
  CHECK(model.objective == "causal");
  CHECK(model.usual_tokenizer == "bpe");
  CHECK(model.options.find("step") != nullptr);
}

TEST_CASE("the model of the plugin guide describes itself") {
  if (!has_libtorch()) return;
  const Catalogue catalogue({.folders = {fixture("bigram").parent_path()}, .describe = {}});
  CHECK(catalogue.require(PluginKind::model, "bigram").options.find("vocab_size")->optional);
}
