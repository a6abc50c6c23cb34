#include "cli/curves/followed_run.h"

#include <catch2/catch.hpp>

#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::cli;
using folio::runs::test::make_run;
using folio::runs::test::ScratchFolder;

TEST_CASE("a run is followed: what it logs is entered, and its pace says how long it takes") {
  const ScratchFolder scratch;
  const runs::NewRun run = make_run(scratch.path(), "followed");
  runs::EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.facts({{"planned_steps", 100}});
  runs::Store store(scratch.path(), {});
  store.sync();
  FollowedRun followed(store.load(run.info.id).summary, run.folder, {"loss", "epoch"});
  CHECK(followed.look(store));
  CHECK(followed.progress().steps == 100);
  CHECK_FALSE(followed.look(store));

  const double start = 1.7e9;
  const auto append = [&](double time, runs::PointsEvent points) {
    std::ofstream(run.folder.events(), std::ios::app) << runs::to_line({time, std::move(points)}) << "\n";
  };
  append(start, {.step = 10, .epoch = 0.1, .metrics = {{"loss", 5.0}}});
  CHECK(followed.look(store));
  CHECK_FALSE(followed.progress().seconds_left);
  append(start + 20, {.step = 20, .epoch = 0.2, .metrics = {{"loss", 4.0}, {"tokens_per_second", 300}}});
  CHECK(followed.look(store));
  CHECK(followed.progress().step == 20);
  CHECK(followed.progress().metrics.at("loss") == 4.0);
  CHECK(followed.progress().seconds_left == Approx(160));
  REQUIRE(followed.points("loss").size() == 2);
  CHECK(followed.points("loss")[1].value == 4.0);
  CHECK(followed.points("epoch")[0].value == 0.1);

  writer.sample(22, "the", " grey");
  CHECK(followed.look(store));
  CHECK(followed.progress().step == 22);
  CHECK(followed.progress().sample->text == " grey");
  writer.finished();
  CHECK(followed.look(store));
  CHECK(followed.progress().summary.state == runs::RunState::finished);
  CHECK_FALSE(followed.progress().seconds_left);
  CHECK_FALSE(followed.look(store));
}

TEST_CASE("a run that is resumed goes on from its checkpoint, at a pace of its own") {
  const ScratchFolder scratch;
  const runs::NewRun run = make_run(scratch.path(), "resumed");
  runs::EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.facts({{"planned_steps", 100}});
  for (const std::int64_t step : {10, 20, 30}) writer.points(step, 0.1, {{"loss", 5.0}});
  runs::Store store(scratch.path(), {});
  store.sync();
  FollowedRun followed(store.load(run.info.id).summary, run.folder, {"loss"});
  followed.look(store);
  CHECK(followed.progress().step == 30);
  CHECK(followed.resumed() == 0);
  writer.resumed({.step = 20, .changes = nlohmann::json::object(), .differences = {}});
  followed.look(store);
  CHECK(followed.resumed() == 1);
  CHECK(followed.points("loss").size() == 2);
  CHECK(followed.progress().step == 20);
  CHECK_FALSE(followed.progress().seconds_left);
}

TEST_CASE("a run with a long past is known from the store, and its recent events tell its pace") {
  const ScratchFolder scratch;
  const runs::NewRun run = make_run(scratch.path(), "long");
  {
    runs::EventWriter writer(run.folder.events());
    writer.running(this_process());
    writer.facts({{"planned_steps", 20'000}});
    writer.sample(1, "the", " grey");
  }
  const double start = 1.7e9;
  std::ofstream events(run.folder.events(), std::ios::app);
  for (std::int64_t step = 1; step <= 10'000; ++step) {
    const double time = step <= 5'000 ? start + 10.0 * static_cast<double>(step) : start + 45'000 + double(step);
    events << runs::to_line({time, runs::PointsEvent{.step = step, .epoch = 0.1, .metrics = {{"loss", 5.0}}}}) << "\n";
  }
  events.flush();
  runs::Store store(scratch.path(), {});
  store.sync();
  FollowedRun followed(store.load(run.info.id).summary, run.folder, {"loss", "epoch"});
  CHECK(followed.look(store));
  CHECK(followed.points("loss").size() == 10'000);
  CHECK(followed.points("epoch").size() == 10'000);
  CHECK(followed.progress().step == 10'000);
  CHECK(followed.progress().steps == 20'000);
  CHECK(followed.progress().sample->step == 1);
  CHECK(followed.progress().seconds_left == Approx(10'000));  // 1 s a step now, not the 10 s of the past
}
