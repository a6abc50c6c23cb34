#include "input/find_files.h"

#include <catch2/catch.hpp>

#include "support/error.h"
#include "temporary_folder.h"

namespace folio::input {
namespace {

using Catch::Matchers::Contains;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

FileSearch search_in(const TemporaryFolder& folder) {
  return {.option = "dataset.files",
          .bases = {folder.path()},
          .suffixes = {".txt", ".txt.gz"},
          .names = {},
          .names_place = {}};
}

Names names_of(const TemporaryFolder& folder, const Names& entries) {
  Names names;
  for (const NamedFile& found : find_files(search_in(folder), entries)) names.push_back(found.name);
  return names;
}

std::string problem_with(const TemporaryFolder& folder, const Names& entries) {
  try {
    find_files(search_in(folder), entries);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

TEST_CASE("files come in the order of the entries, those of a folder or glob sorted") {
  const TemporaryFolder folder;
  for (const char* file : {"b/2.txt", "b/1.txt.gz", "b/.hidden.txt", "b/notes.md", "b/deeper/x.txt", "a/z.txt"})
    folder.write(file, "t");
  CHECK(names_of(folder, {"b", "a/*.txt"}) == Names{"1", "2", "z"});
  CHECK(names_of(folder, {"b/[12]*", "b/notes.md"}) == Names{"1", "2", "notes.md"});
  CHECK(names_of(folder, {(folder / "a").string()}) == Names{"z"});
}

TEST_CASE("files that share a name are named by their paths") {
  const TemporaryFolder folder;
  const auto a = folder.write("a/x.txt", "t"), b = folder.write("b/x.txt.gz", "t");
  CHECK(names_of(folder, {"a", "b"}) == Names{a.string(), b.string()});
}

TEST_CASE("no entry, an entry without files and a file named twice are problems, told together") {
  const TemporaryFolder folder;
  folder.write("b/1.txt", "t");
  folder.write("empty/x.md", "t");
  CHECK_THAT(problem_with(folder, {}), Contains("dataset.files: is empty"));
  CHECK_THAT(problem_with(folder, {"empty"}), Contains("the folder 'empty'") && Contains("has no *.txt, *.txt.gz"));
  CHECK_THAT(problem_with(folder, {""}), Contains("expected a file, folder or glob"));
  CHECK_THAT(problem_with(folder, {"c*", "b/1.tx", "b", "b/1.txt"}),
             Contains("no file matches 'c*'") && Contains("did you mean '1.txt'?") && Contains("a second time"));
}

TEST_CASE("a loop of links, a link to nothing and a pipe are told as what they are") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder / "loop");
  folder.write("b/1.txt", "t");
  std::filesystem::create_symlink("gone", folder / "b/2.txt");
  CHECK_THAT(problem_with(folder, {"loop"}), Contains("'loop'") && Contains("Too many levels of symbolic links"));
  CHECK_THAT(problem_with(folder, {"loop/x.txt"}), Contains("Too many levels of symbolic links"));
  CHECK_THAT(problem_with(folder, {"b"}), Contains("2.txt, a link that leads nowhere"));
  CHECK_THAT(problem_with(folder, {"b/*.txt"}), Contains("2.txt, a link that leads nowhere"));
  REQUIRE(std::filesystem::exists("/dev/null"));
  CHECK_THAT(problem_with(folder, {"/dev/null"}), Contains("neither a plain file nor a folder"));
}

TEST_CASE("a folder that links lead back into is read once") {
  const TemporaryFolder folder;
  folder.write("b/1.txt", "t");
  std::filesystem::create_directory_symlink("..", folder / "b/up.txt");
  CHECK(names_of(folder, {"b"}) == Names{"1"});
}

TEST_CASE("the experiment's folder is looked in before the working directory") {
  const TemporaryFolder folder;
  const test::EnvironmentVariable experiment("FOLIO_EXPERIMENT_DIR", folder.path().string());
  CHECK(experiment_folders() == std::vector{folder.path(), std::filesystem::current_path()});
  const test::EnvironmentVariable none("FOLIO_EXPERIMENT_DIR", "");
  CHECK(experiment_folders() == std::vector{std::filesystem::current_path()});
}

}  // namespace
}  // namespace folio::input
