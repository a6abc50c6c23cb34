#include "runs/record/trash.h"

#include <catch2/catch.hpp>

#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace {

NewRun ended_run(const ScratchFolder& scratch) {
  NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  writer.summary({{"train_loss", 6.5}});
  writer.label({"mine", std::nullopt, {"good"}, {}});
  writer.finished();
  return run;
}

RunSummary only_run(Store& store) {
  store.sync();
  const auto runs = store.list();
  REQUIRE(runs.size() == 1);
  return runs[0];
}

}  // namespace

TEST_CASE("a run goes to the trash and comes back as it was") {
  const ScratchFolder scratch;
  const NewRun run = ended_run(scratch);
  Store store = open(scratch);
  move_to_trash(scratch.path(), only_run(store));
  store.sync();
  CHECK(store.list().empty());
  REQUIRE(list_trash(scratch.path()).size() == 1);
  CHECK(list_trash(scratch.path())[0].id == run.info.id);
  CHECK(list_trash(scratch.path())[0].name == "mine");
  CHECK(trashed_bytes(scratch.path(), run.info.id) > 500);

  restore_from_trash(scratch.path(), run.info.id);
  const RunSummary back = only_run(store);
  CHECK(back.name == "mine");
  CHECK(back.tags == std::set<std::string>{"good"});
  CHECK(back.metrics.at("train_loss") == 6.5);
  CHECK(list_trash(scratch.path()).empty());
}

TEST_CASE("what is purged is gone for good") {
  const ScratchFolder scratch;
  const NewRun run = ended_run(scratch);
  Store store = open(scratch);
  move_to_trash(scratch.path(), only_run(store));
  purge_from_trash(scratch.path(), run.info.id);
  CHECK(list_trash(scratch.path()).empty());
  CHECK_THROWS_WITH(restore_from_trash(scratch.path(), run.info.id), Catch::Contains(run.info.id));
}

TEST_CASE("a running run and a baseline stay out of the trash") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter(run.folder.events()).running(this_process());
  Store store = open(scratch);
  CHECK_THROWS_WITH(move_to_trash(scratch.path(), only_run(store)), Catch::Contains("is running; stop it first"));
  CHECK(std::filesystem::exists(run.folder.path()));
  RunSummary baseline;
  baseline.id = "baseline/gpt";
  baseline.state = RunState::finished;
  CHECK_THROWS_WITH(move_to_trash(scratch.path(), baseline), Catch::Contains("comes with Folio"));
}

TEST_CASE("a restored run does not replace another of its id") {
  const ScratchFolder scratch;
  const NewRun run = ended_run(scratch);
  Store store = open(scratch);
  move_to_trash(scratch.path(), only_run(store));
  std::filesystem::create_directories(run.folder.path());
  CHECK_THROWS_WITH(restore_from_trash(scratch.path(), run.info.id), Catch::Contains("already exists"));
}
