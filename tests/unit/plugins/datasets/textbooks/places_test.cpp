#include "textbooks/places.h"

#include <catch2/catch.hpp>

#include "fixtures.h"
#include "folio/error.h"

namespace folio::textbooks {
namespace {

using Folders = std::vector<std::filesystem::path>;

TEST_CASE("places are data_dir, FOLIO_DATA, the experiment's, the repository's, the shared folder, and the cache") {
  const TemporaryFolder folder;
  make_directories(folder / "experiments/mine");
  const EnvironmentVariable experiment("FOLIO_EXPERIMENT_DIR", folder / "experiments");
  const EnvironmentVariable home("FOLIO_HOME", folder / "home/");
  const EnvironmentVariable data("FOLIO_DATA", "/one:/two/::/one");
  const EnvironmentVariable own_cache("FOLIO_CACHE", "");
  const EnvironmentVariable cache("XDG_CACHE_HOME", folder / "cache");
  const Places places = places_from_environment("mine");
  CHECK(places.folders == Folders{folder / "experiments/mine", "/one", "/two", folder / "experiments/data",
                                  folder / "home/data", folder / "shared/data"});
  CHECK(places.cache == folder / "cache/folio/books");
  CHECK(places.bases == Folders{folder / "experiments/mine", folder / "experiments", std::filesystem::current_path()});
}

TEST_CASE("places fall back on the working directory and the home folder") {
  const EnvironmentVariable experiment("FOLIO_EXPERIMENT_DIR", "");
  const EnvironmentVariable home("FOLIO_HOME", "");
  const EnvironmentVariable data("FOLIO_DATA", "");
  const EnvironmentVariable own_cache("FOLIO_CACHE", "");
  const EnvironmentVariable cache("XDG_CACHE_HOME", "");
  const EnvironmentVariable user("HOME", "/home/reader");
  const Places places = places_from_environment({});
  const std::filesystem::path here = std::filesystem::current_path();
  CHECK(places.folders == Folders{here / "data", here.parent_path() / "shared/data"});
  CHECK(places.bases == Folders{here});
  CHECK(places.cache == "/home/reader/.cache/folio/books");
}

TEST_CASE("downloaded books are kept where FOLIO_CACHE says, and those kept elsewhere before are still found") {
  const TemporaryFolder folder;
  const EnvironmentVariable xdg("XDG_CACHE_HOME", folder / "xdg");
  {
    const EnvironmentVariable cache("FOLIO_CACHE", folder / "mine");
    const Places places = places_from_environment({});
    CHECK(places.cache == folder / "mine/books");
    CHECK(places.folders.back() == folder / "xdg/folio/books");
  }
  const EnvironmentVariable none("FOLIO_CACHE", GENERATE("", "off"));
  const Places places = places_from_environment({});
  CHECK(places.cache == folder / "xdg/folio/books");
  CHECK(places.folders.back() != folder / "xdg/folio/books");
}

TEST_CASE("places take the mirror from the environment, without its last slash") {
  const EnvironmentVariable mirror("FOLIO_BOOKS_URL", "http://mirror.example/gutenberg/");
  CHECK(places_from_environment({}).mirror == "http://mirror.example/gutenberg");
  const EnvironmentVariable none("FOLIO_BOOKS_URL", "");
  CHECK(places_from_environment({}).mirror == "https://www.gutenberg.org");
}

TEST_CASE("places refuse a data_dir that is not there") {
  const TemporaryFolder folder;
  const EnvironmentVariable experiment("FOLIO_EXPERIMENT_DIR", folder.path());
  try {
    places_from_environment("boks");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    CHECK(std::string(error.what()) ==
          "dataset.data_dir: there is no folder 'boks' (looked at " + (folder / "boks").string() + ")");
  }
}

}  // namespace
}  // namespace folio::textbooks
