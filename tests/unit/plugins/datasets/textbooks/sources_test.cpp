#include "textbooks/sources.h"

#include <catch2/catch.hpp>

#include "fixtures.h"
#include "folio/error.h"

namespace folio::textbooks {
namespace {

using Catch::Matchers::Contains;

Names names_of(const Names& entries, const Places& places) {
  Names names;
  for (const Source& source : find_sources(entries, places)) names.push_back(source.name);
  return names;
}

/// The message of the Error (experiment) that the entries lead to.
std::string problem_with(const Names& entries, const Places& places) {
  try {
    find_sources(entries, places);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

TEST_CASE("a catalogue book is taken from the first place that has it, the cache last") {
  const TemporaryFolder folder;
  Places places = places_in(folder);
  places.folders = {folder / "a", folder / "b"};
  CHECK(find_sources({"macbeth"}, places)[0].file.empty());
  folder.write("cache/macbeth.txt", "cached");
  CHECK(find_sources({"macbeth"}, places)[0].file == folder / "cache/macbeth.txt");
  folder.write("b/macbeth.txt", "b");
  CHECK(find_sources({"macbeth"}, places)[0].file == folder / "b/macbeth.txt");
  folder.write("a/macbeth.txt", "a");
  const Source source = find_sources({"macbeth"}, places)[0];
  CHECK(source.file == folder / "a/macbeth.txt");
  CHECK(source.name == "macbeth");
  CHECK(source.book == find_in_catalogue("macbeth"));
}

TEST_CASE("entries keep their order, and a folder's texts come sorted by the bytes of their names") {
  const TemporaryFolder folder;
  for (const char* file : {"b.txt", "a.txt", "Z.txt", "\xC3\xA9.txt", "10.txt", "9.txt", "notes.md", ".hidden.txt",
                           "deeper/x.txt", "odd.txt/y"}) {
    folder.write("experiment/texts/" + std::string(file), "text");
  }
  const auto first = folder.write("first", "text");
  CHECK(names_of({first.string(), "texts", "macbeth"}, places_in(folder)) ==
        Names{"first", "10", "9", "Z", "a", "b", "notes", "\xC3\xA9", "macbeth"});
}

TEST_CASE("a glob takes what matches, sorted, and may reach through folders") {
  const TemporaryFolder folder;
  for (const char* file : {"b/1.txt", "a/2.txt", "a/1.text", "a/1.txt"})
    folder.write("experiment/" + std::string(file), "t");
  const Places places = places_in(folder);
  const std::vector<Source> sources = find_sources({"*/*.txt"}, places);
  REQUIRE(sources.size() == 3);
  CHECK(sources[0].file == folder / "experiment/a/1.txt");
  CHECK(sources[1].file == folder / "experiment/a/2.txt");
  CHECK(sources[2].file == folder / "experiment/b/1.txt");
  CHECK(names_of({(folder / "experiment/a/?.t[a-e]xt").string()}, places) == Names{"1.text"});
}

TEST_CASE("a glob's characters in the folders above it, or in a file's own name, mean themselves") {
  const TemporaryFolder folder;
  folder.write("[odd] *?/a.txt", "t");
  folder.write("[odd] *?/what[1].txt", "t");
  Places places = places_in(folder);
  places.bases = {folder / "[odd] *?"};
  CHECK(names_of({"a*"}, places) == Names{"a"});
  CHECK(names_of({"what[1].txt"}, places) == Names{"what[1]"});
  places.bases = {folder.path()};
  CHECK(names_of({"[odd] *?"}, places) == Names{"a", "what[1]"});
}

TEST_CASE("a relative file is taken from the first base that has it") {
  const TemporaryFolder folder;
  Places places = places_in(folder);
  places.bases.push_back(folder / "working");
  folder.write("working/text.txt", "t");
  CHECK(find_sources({"text.txt"}, places)[0].file == folder / "working/text.txt");
  folder.write("experiment/text.txt", "t");
  CHECK(find_sources({"./text.txt"}, places)[0].file == folder / "experiment/text.txt");
}

TEST_CASE("files that share a name become documents named by their paths") {
  const TemporaryFolder folder;
  const auto one = folder.write("experiment/one/macbeth.txt", "t"), two = folder.write("experiment/two/x.txt", "t");
  const auto three = folder.write("experiment/three/x.txt", "t");
  CHECK(names_of({"one/macbeth.txt", "macbeth", "two/x.txt", "three"}, places_in(folder)) ==
        Names{one.string(), "macbeth", two.string(), three.string()});
}

TEST_CASE("an unknown plain name is reported with the catalogue and the nearest name") {
  const TemporaryFolder folder;
  const Places places = places_in(folder);
  CHECK_THAT(problem_with({"romeo_and_julia"}, places),
             Contains("'romeo_and_julia' is not in the catalogue (romeo-and-juliet, macbeth, pride-and-prejudice, "
                      "moby-dick)") &&
                 Contains("did you mean 'romeo-and-juliet'?"));
  CHECK_THAT(problem_with({"xylophones"}, places), !Contains("did you mean"));
  folder.write("experiment/mytexts/a.txt", "t");
  CHECK_THAT(problem_with({"mytext"}, places), Contains("did you mean 'mytexts'?"));
}

TEST_CASE("a missing file is reported with where it was looked for and the nearest file there") {
  const TemporaryFolder folder;
  folder.write("experiment/texts/whale.txt", "t");
  CHECK_THAT(problem_with({"texts/whlae.txt"}, places_in(folder)),
             Contains("no file or folder 'texts/whlae.txt'") &&
                 Contains((folder / "experiment/texts/whlae.txt").string()) && Contains("did you mean 'whale.txt'?"));
}

TEST_CASE("a glob without a match, a folder without texts and an empty entry are reported") {
  const TemporaryFolder folder;
  folder.write("experiment/empty/readme.rst", "t");
  const Places places = places_in(folder);
  CHECK_THAT(problem_with({"*.txt"}, places), Contains("no file matches '*.txt'"));
  CHECK_THAT(problem_with({"empty"}, places), Contains("the folder 'empty'") && Contains("has no files named *.txt"));
  CHECK_THAT(problem_with({""}, places), Contains("an entry is empty"));
}

TEST_CASE("all wrong entries are reported together") {
  const TemporaryFolder folder;
  CHECK_THAT(problem_with({"a.txt", "macbeth", "b/c.txt"}, places_in(folder)),
             Contains("'a.txt'") && Contains("'b/c.txt'"));
}

TEST_CASE("a file named twice is an error, whatever the names") {
  const TemporaryFolder folder;
  const Places places = places_in(folder);
  const auto file = folder.write("data/macbeth.txt", "t");
  CHECK_THAT(problem_with({"moby-dick", "moby-dick"}, places), Contains("'moby-dick' names moby-dick a second time"));
  CHECK_THAT(problem_with({"macbeth", file.string()}, places),
             Contains(file.string() + " a second time, after 'macbeth'"));
  std::filesystem::create_symlink(file, folder / "experiment/link.txt");
  CHECK_THAT(problem_with({"../data", "*.txt"}, places), Contains("'*.txt' names"));
}

}  // namespace
}  // namespace folio::textbooks
