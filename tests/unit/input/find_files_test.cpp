#include "input/find_files.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>

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
  CHECK_THAT(problem_with(folder, {"empty"}),
             Contains("the folder 'empty'") && Contains("has no files named *.txt, *.txt.gz"));
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
  CHECK_THAT(problem_with(folder, {"b"}), Contains("2.txt, which is a broken link"));
  CHECK_THAT(problem_with(folder, {"b/*.txt"}), Contains("2.txt, which is a broken link"));
  REQUIRE(std::filesystem::exists("/dev/null"));
  CHECK_THAT(problem_with(folder, {"/dev/null"}), Contains("neither a regular file nor a folder"));
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

TEST_CASE("files whose names hold brackets are themselves where they are there, and so are folders before a glob") {
  const TemporaryFolder folder;
  const auto file = folder.write("run [1]/draft [2].txt", "t");
  folder.write("run 1/other.txt", "t");
  folder.write("run [1]/draft 2.txt", "t");
  const Names draft{"draft [2]"}, both{"draft 2", "draft [2]"};
  CHECK(names_of(folder, {"run [1]/draft [2].txt"}) == draft);
  CHECK(names_of(folder, {file.string()}) == draft);
  CHECK(names_of(folder, {"run [1]/*.txt"}) == both);
  CHECK(names_of(folder, {(folder.path() / "run [1]/*.txt").string()}) == both);
  CHECK(names_of(folder, {"run [12]/*.txt"}) == Names{"other"});
  CHECK(names_of(folder, {"run [1]/draft [23].txt"}) == Names{"draft 2"});
}

TEST_CASE("files may be named from the home folder on") {
  const TemporaryFolder folder;
  folder.write("home/texts/a.txt", "t");
  folder.write("~/b.txt", "t");
  const std::string home = std::getenv("HOME") == nullptr ? "" : std::getenv("HOME");
  ::setenv("HOME", (folder.path() / "home").c_str(), 1);
  CHECK(names_of(folder, {"~/texts"}) == Names{"a"});
  CHECK(names_of(folder, {"~/texts/*.txt"}) == Names{"a"});
  CHECK(names_of(folder, {"./~/b.txt"}) == Names{"b"});
  CHECK_THAT(
      problem_with(folder, {"~/text"}),
      Contains("no file or folder '" + (folder.path() / "home/text").string()) && Contains("did you mean 'texts'?"));
  ::setenv("HOME", home.c_str(), 1);
}

TEST_CASE("a file whose name has a line end is refused, and makes no line of its own") {
  const TemporaryFolder folder;
  folder.write("z\nerror: FAKE.txt", "t");
  for (const char* entry : {"z\nerror: FAKE.txt", ".", "z*.txt"}) {
    const std::string message = problem_with(folder, {entry});
    CHECK_THAT(message, Contains("z error: FAKE.txt, whose name has a control character or a line end in it"));
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(problem_with(folder, {"none\nerror: FAKE.txt"}).find('\n') == std::string::npos);
}

TEST_CASE("pipes and devices are problems, wherever they are named") {
  const TemporaryFolder folder;
  folder.write("a.txt", "t");
  REQUIRE(::mkfifo((folder.path() / "pipe.txt").c_str(), 0600) == 0);
  for (const char* entry : {"pipe.txt", ".", "*.txt"}) {
    CHECK_THAT(problem_with(folder, {entry}),
               Contains("pipe.txt") && Contains("neither a regular file nor a folder (it is a pipe or a device)"));
  }
  CHECK_THAT(problem_with(folder, {"/dev/null"}), Contains("'/dev/null'") && Contains("(it is a pipe or a device)"));
}

}  // namespace
}  // namespace folio::input
