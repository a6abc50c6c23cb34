#include "runs/store/store.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>

#include "runs/record/run_lock.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::gone_process;
using folio::runs::test::kInfinity;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

TEST_CASE("the store takes in what a run's folder says", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.environment({{"device", "cpu"}, {"precision", "bfloat16"}});
  writer.facts({{"samples", 288}});
  writer.facts({{"data_hash", "abc"}});
  writer.points(10, 0.139, {{"loss", 6.9}});
  writer.points(20, 0.278, {{"loss", 6.5}, {"eval_loss", 6.6}});
  writer.sample(20, "ROMEO.", " Ay");
  writer.summary({{"train_loss", 6.7}, {"train_runtime", 12.5}});
  writer.finished();

  Store store = open(scratch);
  CHECK(store.sync().empty());
  const auto runs = store.list();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].id == run.info.id);
  CHECK(runs[0].name == "small");
  CHECK(runs[0].model == "gpt");
  CHECK(runs[0].state == RunState::finished);
  CHECK(runs[0].created == run.info.created);
  CHECK(runs[0].metrics ==
        std::map<std::string, double>{
            {"epoch", 0.278}, {"eval_loss", 6.6}, {"loss", 6.5}, {"train_loss", 6.7}, {"train_runtime", 12.5}});
  const Run whole = store.load(run.info.id);
  CHECK(whole.settings == folio::runs::test::small_experiment());
  CHECK(whole.facts == nlohmann::json{{"data_hash", "abc"}, {"samples", 288}});
  CHECK(whole.environment.at("precision") == "bfloat16");
  CHECK(whole.sample->text == " Ay");
  CHECK(whole.folder.path() == run.folder.path());
  CHECK(whole.skipped_lines == 0);
  const auto points = store.points(run.info.id, "loss");
  REQUIRE(points.size() == 2);
  CHECK((points[1].step == 20 && points[1].value == 6.5));
  CHECK(store.points(run.info.id, "no_such_metric").empty());
}

TEST_CASE("the store gives back numbers that are not finite as they were", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  const std::vector<double> values{1.5, std::nan(""), kInfinity, -kInfinity, -0.0, 5e-324, 0.1 + 0.2};
  for (std::size_t i = 0; i < values.size(); ++i) writer.points(static_cast<std::int64_t>(i), 0, {{"loss", values[i]}});
  writer.summary({{"train_loss", std::nan("")}, {"eval_loss", kInfinity}});
  Store store = open(scratch);
  store.sync();
  const auto points = store.points(run.info.id, "loss");
  REQUIRE(points.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK((std::isnan(values[i]) ? std::isnan(points[i].value) : points[i].value == values[i]));
  }
  const auto metrics = store.list().at(0).metrics;
  CHECK(std::isnan(metrics.at("train_loss")));
  CHECK(metrics.at("eval_loss") == kInfinity);
}

TEST_CASE("a sync enters only what is new, and a step logged again replaces the earlier", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.points(1, 0, {{"loss", 3.0}});
  Store store = open(scratch);
  store.sync();
  writer.points(2, 0, {{"loss", 2.0}});
  writer.points(1, 0, {{"loss", 2.5}});
  store.sync();
  store.sync_run(run.info.id);
  const auto points = store.points(run.info.id, "loss");
  REQUIRE(points.size() == 2);
  CHECK((points[0].value == 2.5 && points[1].value == 2.0));
}

TEST_CASE("a torn last line is entered once it is whole, a foreign one is counted", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  Store store = open(scratch);
  std::ofstream file(run.folder.events(), std::ios::binary);
  file << "not an event\n" << R"({"type":"points","step":1,"epoch":0,"met)" << std::flush;
  store.sync();
  CHECK(store.points(run.info.id, "loss").empty());
  CHECK(store.load(run.info.id).skipped_lines == 1);
  file << R"(rics":{"loss":4}})" << "\n" << std::flush;
  store.sync();
  CHECK(store.points(run.info.id, "loss").size() == 1);
  CHECK(store.load(run.info.id).skipped_lines == 1);
}

TEST_CASE("a run whose process is gone is failed, one on another host stays as it was heard to be", "[store]") {
  const ScratchFolder scratch;
  RunInfo info;
  info.name = "never begun";
  info.runner = gone_process();
  create_run(scratch.path(), info, "", nlohmann::json::object());
  NewRun dead = make_run(scratch.path(), "dead");
  dead.lock.reset();
  EventWriter(dead.folder.events()).running(gone_process());
  NewRun far = make_run(scratch.path(), "far");
  far.lock.reset();
  ProcessIdentity elsewhere = this_process();
  elsewhere.host = "node7";
  elsewhere.boot_id = "another boot";
  EventWriter(far.folder.events()).running(elsewhere);

  Store store = open(scratch);
  store.sync();
  std::map<std::string, RunSummary> runs;
  for (const RunSummary& run : store.list()) runs[run.name] = run;
  CHECK(runs["never begun"].state == RunState::failed);
  CHECK_THAT(runs["never begun"].error->message, Catch::Contains("ended before its worker began"));
  CHECK(runs["dead"].state == RunState::failed);
  CHECK(runs["dead"].error->message == "the worker (pid " + std::to_string(::getpid()) + ") no longer exists");
  CHECK(runs["far"].state == RunState::running);
  CHECK(runs["far"].elsewhere == "node7");

  // A resumed run writes on, and lives again.
  EventWriter(dead.folder.events()).running(this_process());
  store.sync();
  CHECK(store.load(dead.info.id).summary.state == RunState::running);
  CHECK_FALSE(store.load(dead.info.id).summary.error);
}

TEST_CASE("a lock tells a run in another container, whatever its host is called", "[store]") {
  const ScratchFolder scratch;
  ProcessIdentity in_container = this_process();
  in_container.host = "3fa9b2c17d44";
  in_container.pid = 1;
  in_container.start_time = 5;
  NewRun run = make_run(scratch.path(), "contained");
  run.lock.reset();
  EventWriter(run.folder.events()).running(in_container);
  Store store = open(scratch);
  {
    const FileDescriptor lock = lock_run(run.folder);
    REQUIRE(lock);
    store.sync();
    CHECK(store.load(run.info.id).summary.state == RunState::running);
    CHECK(store.load(run.info.id).summary.elsewhere.empty());
    CHECK_THROWS_WITH(lock_run(run.folder), Catch::Contains("another process works on this run"));
  }
  store.sync();
  CHECK(store.load(run.info.id).summary.state == RunState::failed);

  // Of another machine, a free lock says nothing: this may be a copy of its folder.
  in_container.boot_id = "another boot";
  EventWriter(run.folder.events()).running(in_container);
  store.sync();
  CHECK(store.load(run.info.id).summary.state == RunState::running);
  CHECK(store.load(run.info.id).summary.elsewhere == in_container.host);
  const FileDescriptor lock = lock_run(run.folder);
  CHECK(store.load(run.info.id).summary.elsewhere.empty());
}

TEST_CASE("a folder that cannot be entered is reported and harms no other", "[store]") {
  const ScratchFolder scratch;
  const NewRun good = make_run(scratch.path());
  const NewRun broken = make_run(scratch.path());
  const NewRun unresolved = make_run(scratch.path());
  std::ofstream(broken.folder.info()) << "{";
  fs::remove(unresolved.folder.resolved());
  fs::create_directory(runs_folder(scratch.path()) / "no-run");
  fs::create_directory(runs_folder(scratch.path()) / ".new-12345678");  // being made at this moment
  Store store = open(scratch);
  const auto problems = store.sync();
  std::string messages;
  for (const UnreadRun& problem : problems) messages += problem.message + "\n";
  CHECK(problems.size() == 3);
  CHECK_THAT(messages, Catch::Contains(broken.folder.info().string()) &&
                           Catch::Contains(unresolved.folder.resolved().string()) &&
                           Catch::Contains("no-run/run.json"));
  REQUIRE(store.list().size() == 1);
  CHECK(store.list()[0].id == good.info.id);
}

TEST_CASE("a run whose folder is gone is forgotten, one that was replaced is entered anew", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  const NewRun other = make_run(scratch.path());
  {
    EventWriter writer(run.folder.events());
    for (int step = 1; step <= 9; ++step) writer.points(step, 0, {{"loss", 1.0}});
  }
  Store store = open(scratch);
  store.sync();
  fs::remove(run.folder.events());
  EventWriter(run.folder.events()).points(1, 0, {{"loss", 7.0}});
  fs::remove_all(other.folder.path());
  store.sync();
  REQUIRE(store.list().size() == 1);
  const auto points = store.points(run.info.id, "loss");
  REQUIRE(points.size() == 1);
  CHECK(points[0].value == 7.0);
  CHECK_THROWS_WITH(store.load(other.info.id), Catch::Contains("is not in the store"));
}

TEST_CASE("the store can be deleted and is made anew from the folders") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter(run.folder.events()).summary({{"train_loss", 6.5}});
  {
    Store store = open(scratch);
    store.sync();
  }
  REQUIRE(fs::remove(scratch.path() / "store.sqlite"));
  Store store = open(scratch);
  store.sync();
  CHECK(store.list().at(0).metrics.at("train_loss") == 6.5);
}

TEST_CASE("a store that was cleared is entered anew, tags and names too") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  writer.finished();
  writer.label({std::nullopt, "first", {"good", "long"}, {}});
  Store store = open(scratch);
  store.sync();
  writer.label({"renamed", std::nullopt, {}, {"long"}});
  store.sync();
  for (int round = 0; round < 2; ++round) {
    const auto runs = store.list();
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].name == "renamed");
    CHECK(runs[0].note == "first");
    CHECK(runs[0].tags == std::set<std::string>{"good"});
    CHECK(runs[0].state == RunState::finished);
    store.clear();
    CHECK(store.list().empty());
    store.sync();
  }
}

TEST_CASE("a store of an older schema is made anew from the folders") {
  const ScratchFolder scratch;
  for (int i = 0; i < 3; ++i) make_run(scratch.path());
  open(scratch).sync();
  {
    soci::session session(soci::sqlite3, store_file(scratch.path()).string());
    session << "DROP TABLE settings";
    session << "PRAGMA user_version = 1";
  }
  Store store = open(scratch);
  CHECK(store.list().empty());
  store.sync();
  CHECK(store.list().size() == 3);
  CHECK(store.settings().find_key("training.seed"));
}

TEST_CASE("the baselines are runs like any other, listed last", "[store]") {
  const ScratchFolder scratch;
  Store store(scratch.path(), fs::path(FOLIO_SOURCE_DIR) / "results" / "baselines", scratch.store_url());
  const NewRun run = make_run(scratch.path());
  CHECK(store.sync().empty());
  const auto runs = store.list();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].id == run.info.id);
  CHECK(runs[1].id == "baseline/bert");
  CHECK(runs[2].id == "baseline/gpt");
  CHECK(runs[1].state == RunState::finished);
  CHECK(runs[1].metrics == std::map<std::string, double>{{"epoch", 3.0},
                                                         {"train_loss", 6.435161413969817},
                                                         {"train_runtime", 765.0489},
                                                         {"train_samples_per_second", 1.129},
                                                         {"train_steps_per_second", 0.282}});
  CHECK(runs[2].metrics == std::map<std::string, double>{{"epoch", 3.0},
                                                         {"train_loss", 6.50891508879485},
                                                         {"train_runtime", 684.2403},
                                                         {"train_samples_per_second", 1.263},
                                                         {"train_steps_per_second", 0.316}});
}

TEST_CASE("listing a thousand finished runs reads none of their events again", "[store]") {
  const ScratchFolder scratch;
  std::string events;
  for (int step = 10; step <= 210; step += 10) {
    events += R"({"type":"points","step":)" + std::to_string(step) +
              R"(,"epoch":1,"metrics":{"loss":6.5,"grad_norm":1,"learning_rate":1e-5}})" + "\n";
  }
  events += R"({"type":"summary","metrics":{"train_loss":6.5,"eval_loss":6.4,"train_runtime":600}})"
            "\n";
  events += R"({"type":"state","state":"finished"})"
            "\n";
  const std::string resolved = folio::runs::test::small_experiment().dump();
  for (int i = 0; i < 1000; ++i) {
    RunInfo info;
    info.name = "run-" + std::to_string(i);
    const RunFolder folder(runs_folder(scratch.path()) / std::to_string(10'000'000 + i));
    fs::create_directories(folder.path());
    std::ofstream(folder.info()) << to_json(info).dump();
    std::ofstream(folder.resolved()) << resolved;
    std::ofstream(folder.events()) << events;
  }
  {
    CHECK(open(scratch).sync().empty());
  }
  for (const auto& entry : fs::directory_iterator(runs_folder(scratch.path()))) {
    std::ofstream(RunFolder(entry.path()).events())
        << std::string(events.size(), 'x');  // would be seen if it were read
  }
  const auto begin = std::chrono::steady_clock::now();
  Store store = open(scratch);
  CHECK(store.sync().empty());
  const auto runs = store.list();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  REQUIRE(runs.size() == 1000);
  CHECK(runs[0].metrics.at("train_loss") == 6.5);
  CHECK(store.load(runs[0].id).skipped_lines == 0);
  WARN("opening, syncing and listing 1,000 finished runs took " << took.count() << " ms");
  CHECK(took.count() < 1000);  // 50 ms is the aim on a quiet machine; this catches a change of kind
}
