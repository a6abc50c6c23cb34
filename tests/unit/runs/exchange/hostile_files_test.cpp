#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "formats/csv.h"
#include "unit/runs/exchange/imports.h"

// Other programs' files may be anything: what cannot be read is refused with its name, and what can be is a run that
// every later command can read.

using namespace folio;
using namespace folio::runs;
using namespace folio::runs::test;
using Catch::Matchers::Contains;

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kNames{"a/trainer_state.json",
                                      "b/points.json",
                                      "c/points.csv",
                                      "d/points.jsonl",
                                      "e/run-1.wandb",
                                      "f/mlflow.db",
                                      "g/tfevents.1",
                                      "h/meta.yaml",
                                      "i/run.json",
                                      "j/checkpoint-1/trainer_state.json",
                                      "k/wandb/run-1/run-1.wandb"};

/// What is imported to meet the file: itself, or the folder that makes it what it is.
fs::path to_import(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name == "meta.yaml" || name == "run.json") return file.parent_path();
  for (const char* folder : {"wandb", "checkpoint-1"})
    for (fs::path path = file.parent_path(); path.has_relative_path(); path = path.parent_path())
      if (path.filename() == folder) return path.parent_path();
  return file;
}

}  // namespace

TEST_CASE("a pipe, a device or a link to itself in place of a file is refused with its name") {
  const ScratchFolder scratch;
  for (const std::string& name : kNames) {
    const fs::path file = put(scratch, name, "");
    CAPTURE(name);
    fs::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    CHECK_THAT(refusal(scratch, to_import(file)), Contains(file.string()) && Contains("it is a pipe"));
    fs::remove(file);
    fs::create_symlink("/dev/zero", file);
    CHECK_THAT(refusal(scratch, to_import(file)), Contains("it is a device") || Contains("cannot be imported"));
    fs::remove(file);
    fs::create_symlink(file.filename(), file);
    CHECK_THAT(refusal(scratch, to_import(file)), Contains(file.parent_path().filename().string()));
    fs::remove(file);
    fs::create_directory(file);
    CHECK_THAT(refusal(scratch, to_import(file)), Contains(file.parent_path().filename().string()));
    fs::remove_all(file);
  }
  CHECK(count_of_runs(scratch) == 0);
}

TEST_CASE("JSON and YAML nested deep are refused wherever they stand") {
  const ScratchFolder scratch;
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  CHECK_THAT(refusal(scratch, put(scratch, "trainer_state.json", deep)), Contains("nested deeper than 100"));
  CHECK_THAT(refusal(scratch, put(scratch, "points.json", "{\"loss\":" + deep + "}")), Contains("nested deeper"));
  CHECK_THAT(refusal(scratch, put(scratch, "mlruns/meta.yaml", deep)), Contains("meta.yaml"));
  CHECK_THAT(refusal(scratch, put(scratch, "points.jsonl", "{\"step\":1,\"loss\":" + deep + "}\n")),
             Contains("1 lines that are not JSON objects"));
}

TEST_CASE("a table with very many cells, and YAML that is large, are refused before they take the memory") {
  const ScratchFolder scratch;
  CHECK(read_csv("a,b\n1,2\n", "t.csv", 4).size() == 2);
  CHECK_THROWS_WITH(read_csv("a,b\n1,2\n", "t.csv", 3), "t.csv: has more than 3 cells");
  CHECK_THAT(refusal(scratch, put(scratch, "mlruns/meta.yaml", std::string(2 << 20, '[')).parent_path()),
             Contains("larger than"));
}

TEST_CASE("what is beyond the limits of a run is left out of it and told") {
  const ScratchFolder scratch;
  const std::string long_name(100'000, 'm');
  const nlohmann::json source{{"name", std::string(5000, 'n')},
                              {"note", std::string(100'000, 'n')},
                              {"metrics", {{"loss", 2}, {long_name, 1}}},
                              {"tags", {std::string(5000, 't')}},
                              {"points", {{"loss", {{1, 3}, {INT64_MAX, 1}, {INT64_MIN, 1}}}, {long_name, {{1, 1}}}}},
                              {"sample", {{"step", 1}, {"prompt", ""}, {"text", std::string(40 << 20, 's')}}}};
  const ImportReport report = import_one(scratch, put(scratch, "limits.json", source.dump()));
  CHECK(has(report.unread, "2 points of steps beyond 2^53"));
  CHECK(has(report.unread, "2 values of metrics whose names are longer than 65536 bytes"));
  CHECK(has(report.unread, "40.0 MiB in one piece, more than the limit of 32.0 MiB"));
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.name.size() <= kLongestName);
  CHECK(run.summary.note.size() == kLongestNote);
  CHECK(run.summary.tags.begin()->size() == kLongestName);
  CHECK(curve(scratch, report.id) == std::vector<std::pair<std::int64_t, double>>{{1, 3}});
}

TEST_CASE("a list where an experiment has a section is put into one") {
  const ScratchFolder scratch;
  const ImportReport report = import_one(
      scratch, put(scratch, "list.json", R"({"metrics":{"loss":1},"settings":{"model":[1,2],"dataset":"books"}})"));
  CHECK(loaded(scratch, report.id).settings == nlohmann::json{{"model", {{"values", {1, 2}}}}, {"dataset", "books"}});
}

TEST_CASE("one run of many that cannot be made does not keep the others out") {
  const ScratchFolder scratch;
  nlohmann::json settings = nlohmann::json::object();
  for (std::size_t i = 0; i <= kMostSettings; ++i) settings[std::to_string(i)] = i;
  const nlohmann::json source{{"runs",
                               {{{"name", "good"}, {"metrics", {{"loss", 1}}}},
                                {{"name", "bad"}, {"metrics", {{"loss", 1}}}, {"settings", settings}},
                                {{"name", "last"}, {"metrics", {{"loss", 1}}}}}}};
  const ImportResult result = import_runs(scratch.path(), put(scratch, "runs.json", source.dump()));
  CHECK(result.runs.size() == 2);
  REQUIRE(result.failed.size() == 1);
  CHECK(result.failed[0].path == "bad");
  CHECK_THAT(result.failed[0].message, Contains("has 10001 settings, expected at most 10000"));
  CHECK(count_of_runs(scratch) == 2);
}

TEST_CASE("many things that cannot be read are told by a hundred of them and their number") {
  const ScratchFolder scratch;
  nlohmann::json metrics{{"loss", 1}};
  for (int i = 0; i < 1000; ++i) metrics["text-" + std::to_string(i)] = "no number";
  const ImportReport report =
      import_one(scratch, put(scratch, "many.json", nlohmann::json{{"metrics", metrics}}.dump()));
  CHECK(report.unread.size() <= 101);
  CHECK(has(report.unread, "900 more"));
}

TEST_CASE("a folder that cannot be read is no hindrance to importing others") {
  const ScratchFolder scratch;
  const NewRun bad = make_run(scratch.path());
  fs::resize_file(bad.folder.resolved(), 3);
  const nlohmann::json source{
      {"id", bad.info.id}, {"created", bad.info.created}, {"name", "n"}, {"metrics", {{"loss", 1}}}};
  const ImportReport report = import_one(scratch, put(scratch, "run.json", source.dump()));
  CHECK(report.id != bad.info.id);
  Store store = open(scratch);
  CHECK(store.sync().size() == 1);
  CHECK(store.list().size() == 1);
}
