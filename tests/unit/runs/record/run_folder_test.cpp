#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::ScratchFolder;
using folio::runs::test::small_experiment;

TEST_CASE("a new run's folder holds who, what and where") {
  const ScratchFolder scratch;
  RunInfo info;
  info.name = "small";
  info.command = {"runner", "small.yaml"};
  info.experiment_file = "small.yaml";
  info.overrides = {"training.seed=7"};
  info.origins = {{"training.seed", "override"}};
  info.plugins = {{"model", "gpt", "1.0", "/lib/gpt.so", "abc"}};
  info.runner = this_process();
  info.folio_version = "0.1.0";
  info.git_commit = "6525cc7";
  const NewRun run = create_run(scratch.path(), info, "name: small\n", small_experiment());

  CHECK(run.info.id.size() == 8);
  CHECK(run.info.id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(run.folder.path() == scratch.path() / "runs" / run.info.id);
  CHECK(read_file(run.folder.experiment()) == "name: small\n");
  CHECK(read_resolved(run.folder) == small_experiment());
  const RunInfo read = read_run_info(run.folder);
  CHECK(to_json(read) == to_json(run.info));
  CHECK(read.created.size() == std::string("2026-07-01T12:00:00.000Z").size());
  CHECK(read.created.back() == 'Z');
  CHECK(read.experiment_file == std::filesystem::absolute("small.yaml"));
  CHECK(read.runner == this_process());
  CHECK(to_json(read.plugins).dump() ==
        R"([{"id":"gpt","kind":"model","library":"/lib/gpt.so","library_hash":"abc","version":"1.0"}])");
}

TEST_CASE("runs get ids of their own and leave nothing unfinished behind") {
  const ScratchFolder scratch;
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.insert(make_run(scratch.path()).info.id);
  CHECK(ids.size() == 20);
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(runs_folder(scratch.path()))) {
    CHECK(ids.contains(entry.path().filename().string()));
    ++folders;
  }
  CHECK(folders == 20);
}

TEST_CASE("a results folder that cannot be made is an error of the store naming it") {
  const ScratchFolder scratch;
  std::ofstream(scratch.path() / "results") << "a file where a folder is wanted";
  try {
    make_run(scratch.path() / "results");
    FAIL("it was made");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::store);
    CHECK_THAT(error.what(), Catch::Contains((scratch.path() / "results").string()));
  }
}

TEST_CASE("a broken run.json is an error of the store naming the file") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  const auto& [text, message] = GENERATE(table<const char*, const char*>({
      {"{", "is not valid JSON: it ends in the middle of a value, in line 1 (after 1 bytes)"},
      {"{\n a", "is not valid JSON: line 2, byte 2 of the line"},
      {"[]", "expected an object, got an array"},
      {R"({"format": 1, "id": "x"})", "has no 'name'"},
      {R"({"format": 1, "id": "x", "name": 3})", "name: expected a text, got 3"},
      {R"({"format": 2, "id": "x", "name": "y"})", "has format 2, but this Folio reads formats up to 1"},
  }));
  std::ofstream(run.folder.info()) << text;
  try {
    read_run_info(run.folder);
    FAIL("it was read: " << text);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::store);
    CHECK_THAT(error.what(), Catch::Contains(run.folder.info().string()) && Catch::Contains(message));
  }
}
