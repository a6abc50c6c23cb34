// What an import leaves where it is repeated, cut off, or meets links.

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "runs/exchange/export.h"
#include "runs/exchange/import.h"
#include "runs/record/trash.h"
#include "runs/record/unfinished_run.h"
#include "unit/runs/exchange/imports.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::count_of_runs;
using folio::runs::test::import_one;
using folio::runs::test::loaded;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::put;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A run with all that Folio records.
Run whole_run(const ScratchFolder& scratch) {
  RunInfo info;
  info.name = "whole";
  info.command = {"runner", "a.yaml"};
  info.experiment_file = "/data/a.yaml";
  info.overrides = {"training.seed=7"};
  info.origins = {{"training.seed", "override"}};
  info.plugins = {{"model", "gpt", "1.0", "/lib/gpt.so", "abc"}};
  info.folio_version = "0.1.0";
  info.git_commit = "1234";
  info.note = "a note";
  const NewRun made = create_run(scratch.path(), info, "name: whole\n", folio::runs::test::small_experiment());
  EventWriter writer(made.folder.events());
  writer.environment({{"cpu", "AMD EPYC"}, {"libtorch", "2.13.0"}});
  writer.facts({{"vocab_size", 512}});
  writer.points(10, 0.5, {{"loss", 6.5}, {"grad_norm", std::nan("")}});
  writer.points(20, 1, {{"loss", folio::runs::test::kInfinity}});
  writer.sample(20, "the", "the end");
  writer.summary({{"train_loss", 6.25}, {"train_samples", 100}});
  writer.label({std::nullopt, "another note", {"good"}, {}});
  writer.finished();
  return loaded(scratch, made.info.id);
}

json exported(const Run& run, const fs::path& to) {
  export_json({&run, 1}, to);
  return json::parse(read_file(to));
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  return paths;
}

}  // namespace

TEST_CASE("JSON is a round trip, with environment, plugins, dates and labels") {
  const ScratchFolder here, there;
  const Run run = whole_run(here);
  const fs::path file = here.path() / "run.json";
  json before = exported(run, file);
  CHECK_FALSE(import_one(there, file).unchanged);
  const Run back = loaded(there, run.summary.id);
  json after = exported(back, there.path() / "run.json");
  CHECK(back.summary.created == run.summary.created);
  after.erase("imported");
  for (json* each : {&before, &after}) each->erase("folder");
  CHECK(after == before);
  CHECK(after["environment"]["cpu"] == "AMD EPYC");
  CHECK(after["plugins"][0]["library_hash"] == "abc");
  CHECK(after["metrics"]["train_samples"].is_number_integer());
  CHECK(import_one(there, file).unchanged);
  CHECK(import_one(here, file).unchanged);  // it is there as what it was made of
  CHECK(count_of_runs(there) == 1);
  CHECK(count_of_runs(here) == 1);
}

TEST_CASE("JSON of an imported run tells where that came from, so that it and the original are one run") {
  const ScratchFolder first, second, third;
  const fs::path original = put(first, "out/trainer_state.json", R"({"log_history": [{"step": 1, "loss": 0.1}]})");
  const Run run = loaded(first, import_one(first, original).id);
  const fs::path file = first.path() / "run.json";
  const json written = exported(run, file);
  CHECK(written["imported"]["format"] == "Hugging Face's Trainer");
  // The JSON first, then the original.
  const Run back = loaded(second, import_one(second, file).id);
  CHECK(exported(back, second.path() / "back.json")["imported"] == written["imported"]);
  CHECK(import_one(second, original).id == back.summary.id);
  CHECK(import_one(second, file).unchanged);
  CHECK(count_of_runs(second) == 1);
  // The other way round, under another id and with another date.
  fs::last_write_time(original, fs::file_time_type::clock::now() + std::chrono::hours(1));
  const std::string id = import_one(third, original).id;
  const ImportReport again = import_one(third, file);
  CHECK(again.unchanged);
  CHECK(again.id == id);
  // Points that a person changed are another run's.
  json changed = written;
  changed["points"]["loss"][0][1] = 0.2;
  const fs::path other = put(first, "changed.json", changed.dump());
  CHECK_FALSE(import_one(third, other).unchanged);
  CHECK(import_one(third, other).unchanged);
  CHECK(import_one(third, original).id == id);
  CHECK(count_of_runs(third) == 2);
}

TEST_CASE("a note that is empty comes back from JSON as empty") {
  const ScratchFolder here, there;
  const NewRun made = make_run(here.path(), "plain");
  EventWriter(made.folder.events()).finished();
  CHECK(exported(loaded(here, made.info.id), here.path() / "run.json")["note"] == "");
  CHECK(loaded(there, import_one(there, here.path() / "run.json").id).summary.note.empty());
  const fs::path numbers = put(there, "numbers.json", R"({"loss": 1})");
  CHECK_THAT(loaded(there, import_one(there, numbers).id).summary.note, Catch::Contains("imported from"));
}

TEST_CASE("a failed run comes back from JSON as failed, with its error") {
  const ScratchFolder here, there;
  const NewRun made = make_run(here.path(), "broken");
  EventWriter(made.folder.events()).failed(ErrorKind::plugin, "it crashed");
  const Run run = loaded(here, made.info.id);
  export_json({&run, 1}, here.path() / "run.json");
  const Run back = loaded(there, import_one(there, here.path() / "run.json").id);
  CHECK(back.summary.state == RunState::failed);
  REQUIRE(back.summary.error);
  CHECK(back.summary.error->kind == ErrorKind::plugin);
  CHECK(back.summary.error->message == "it crashed");
}

TEST_CASE("any field of a run's JSON may be of another type") {
  const ScratchFolder scratch;
  std::string text = R"({"metrics": {"a": 1})";
  const std::string value = GENERATE("null", "5", "\"x\"", "[1, {\"id\": 3}]", "{\"a\": [[1.5, 2], [2, null]]}");
  for (const char* field : {"name", "note", "created", "state", "error", "settings", "facts", "environment", "points",
                            "times", "tags", "plugins", "origins", "command", "sample", "experiment", "imported", "id"})
    text += std::string(", \"") + field + "\": " + value;
  const Run run = loaded(scratch, import_one(scratch, put(scratch, "odd.json", text + "}")).id);
  CHECK(run.summary.metrics.at("a") == 1);
  CHECK(run.summary.created.size() == std::string_view("2026-11-28T15:13:42.785Z").size());
}

TEST_CASE("many runs go through one JSON file") {
  const ScratchFolder here, there;
  const std::vector<Run> runs{whole_run(here), whole_run(here)};
  const fs::path file = here.path() / "runs.json";
  export_json(runs, file);
  CHECK(import_runs(there.path(), file).runs.size() == 2);
  CHECK(count_of_runs(there) == 2);
}

TEST_CASE("importing the same again changes nothing, and what has changed since is another run") {
  const ScratchFolder scratch;
  const std::string name = GENERATE("mlruns/0/aa/metrics/loss", "out/trainer_state.json", "a.csv", "b.json");
  put(scratch, "mlruns/0/aa/meta.yaml", "run_id: aa\nstatus: 3\n");
  const auto contents = [&](const std::string& value) -> std::string {
    if (name.ends_with("loss")) return "1700000000000 " + value + " 1\n";
    if (name == "a.csv") return "step,loss\n1," + value + "\n";
    if (name == "b.json") return "{\"loss\": " + value + "}";
    return "{\"log_history\": [{\"step\": 1, \"loss\": " + value + "}]}";
  };
  const fs::path file = put(scratch, name, contents("6.5"));
  const fs::path path = name.ends_with("loss") ? scratch.path() / "other/mlruns" : file;
  const ImportReport first = import_one(scratch, path);
  CHECK_FALSE(first.unchanged);
  fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(1));
  fs::create_directory_symlink(scratch.path() / "other", scratch.path() / "by-another-name");
  const fs::path other = scratch.path() / "by-another-name" / path.lexically_relative(scratch.path() / "other");
  for (const fs::path& again : {path, other}) {
    const ImportReport report = import_one(scratch, again);
    CHECK(report.unchanged);
    CHECK(report.id == first.id);
  }
  CHECK(count_of_runs(scratch) == 1);
  put(scratch, name, contents("6.25"));
  const ImportReport grown = import_one(scratch, path);
  CHECK_FALSE(grown.unchanged);
  CHECK(grown.earlier == first.id);
  CHECK(count_of_runs(scratch) == 2);
}

TEST_CASE("a baseline is imported once") {
  const ScratchFolder scratch;
  const fs::path baseline = fs::path(FOLIO_SOURCE_DIR) / "results/baselines/gpt";
  const std::string id = import_one(scratch, baseline).id;
  const ImportReport again = import_one(scratch, baseline);
  CHECK(again.unchanged);
  CHECK(again.id == id);
}

TEST_CASE("an import that is killed leaves whole runs or nothing, and the next one clears up") {
  const ScratchFolder scratch;
  std::string rows = "run,step,metric,value\n";
  for (int run = 0; run < 200; ++run)
    for (int step = 0; step < 20; ++step) rows += std::to_string(run) + "," + std::to_string(step) + ",loss,6.5\n";
  const fs::path file = put(scratch, "many.csv", rows);
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      import_runs(scratch.path(), file);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(5'000 + 7'000 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Store store = open(scratch);
    CHECK(store.sync().empty());
    for (const RunSummary& run : store.list()) {
      CHECK(run.state == RunState::finished);
      CHECK(store.points(run.id, "loss").size() == 20);
    }
  }
  import_runs(scratch.path(), file);
  CHECK(count_of_runs(scratch) == 200);
  CHECK(entries(runs_folder(scratch.path())).size() == 200);
  Store store = open(scratch);
  store.sync();
  move_to_trash(scratch.path(), store.list().front());  // it can be removed like any other
}

TEST_CASE("what a living maker has begun is left alone") {
  const ScratchFolder scratch;
  {
    auto unfinished = UnfinishedRun::make(scratch.path(), "12345678");
    REQUIRE(unfinished);
    CHECK_FALSE(UnfinishedRun::make(scratch.path(), "12345678"));
    UnfinishedRun::remove_abandoned(scratch.path());
    CHECK(fs::exists(unfinished->folder().path()));
  }
  CHECK(entries(runs_folder(scratch.path())).empty());
  fs::create_directory(runs_folder(scratch.path()) / ".new-abandoned");
  UnfinishedRun::remove_abandoned(scratch.path());
  CHECK(entries(runs_folder(scratch.path())).empty());
}

TEST_CASE("a link within a folder is followed, and one that leads out of it is told") {
  const ScratchFolder scratch, there;
  const NewRun run = make_run(there.path(), "linked");
  EventWriter(run.folder.events()).finished();
  fs::create_directories(run.folder.path() / "checkpoints/step-10");
  fs::create_symlink("step-10", run.folder.path() / "checkpoints/last");
  fs::create_symlink(run.folder.resolved(), run.folder.path() / "again.json");
  fs::create_symlink("/etc", run.folder.path() / "away");
  fs::create_symlink("nowhere", run.folder.path() / "dangling");
  const ImportReport report = import_one(scratch, run.folder.path());
  CHECK(report.unread.size() == 2);
  const fs::path copy = runs_folder(scratch.path()) / report.id;
  CHECK(fs::equivalent(copy / "checkpoints/last", copy / "checkpoints/step-10"));
  CHECK(read_file(copy / "again.json") == read_file(run.folder.resolved()));
  CHECK(fs::read_symlink(copy / "again.json").is_relative());
  CHECK_FALSE(fs::exists(fs::symlink_status(copy / "away")));
}

TEST_CASE("links among logs give no run twice, and those that lead out are told") {
  const ScratchFolder scratch;
  put(scratch, "mlruns/0/aa/meta.yaml", "run_id: aa\nstatus: 3\n");
  put(scratch, "mlruns/0/aa/metrics/loss", "1700000000000 6.5 1\n");
  put(scratch, "elsewhere/bb/meta.yaml", "run_id: bb\nstatus: 3\n");
  const fs::path store = scratch.path() / "other/mlruns";
  fs::create_symlink("aa", store / "0/latest");
  fs::create_symlink("../..", store / "0/loop");
  fs::create_symlink(scratch.path() / "other/elsewhere/bb", store / "0/bb");
  const ImportResult result = import_runs(scratch.path(), store);
  CHECK(result.runs.size() == 1);
  CHECK(result.passed_over.size() == 2);  // bb, and the loop, which leads to the folder above
}

TEST_CASE("names with line ends and control characters come over as one line of text") {
  const ScratchFolder scratch;
  const fs::path file = put(scratch, "weird.json", R"({"name": "two\nlines \u001b[31mred", "note": "a\nb\u0007",
      "metrics": {"eval\nloss\u001b": 2.0, "x|y,\"q\"": 3, "\u0000": 1}, "settings": {"a\u001b": {"b": "l1\nl2\u001b"}},
      "points": {"lo\tss": [[1, 3.0]]}, "tags": ["a\u001b b"]})");
  const Run run = loaded(scratch, import_one(scratch, file).id);
  CHECK(run.summary.name == "two-lines-31mred");
  REQUIRE(run.info.imported);
  CHECK(run.info.imported->name == "two lines \uFFFD[31mred");
  CHECK(run.summary.note == "a\nb\uFFFD");
  CHECK(run.summary.metrics.contains("eval loss\uFFFD"));
  CHECK(run.summary.metrics.contains("x|y,\"q\""));
  CHECK(run.summary.tags == std::set<std::string>{"a\uFFFD_b"});
  for (const auto& [key, value] : flat_settings(run.settings)) {
    CHECK(key == "a\uFFFD.b");
    CHECK(value_text(value) == "l1 l2\uFFFD");
  }
  const fs::path csv = scratch.path() / "out.csv";
  export_csv({&run, 1}, csv);
  CHECK(read_file(csv) == "step,lo ss\n1,3\n");
}

TEST_CASE("JSON that is nested too deep is refused") {
  const ScratchFolder scratch;
  const fs::path file =
      put(scratch, "deep.json",
          "{\"metrics\": {\"a\": 1}, \"settings\": " + std::string(60'000, '[') + std::string(60'000, ']') + "}");
  CHECK_THAT(folio::runs::test::refusal(scratch, file), Catch::Contains("nested deeper than 100"));
}
