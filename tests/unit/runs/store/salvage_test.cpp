#include "runs/store/salvage.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

/// A store of some 100 pages.
std::vector<NewRun> fill(const ScratchFolder& scratch) {
  std::vector<NewRun> runs;
  for (int i = 0; i < 20; ++i) {
    runs.push_back(make_run(scratch.path()));
    EventWriter writer(runs.back().folder.events());
    for (int step = 1; step <= 200; ++step) writer.points(step, 0, {{"loss", step * 0.5}});
    writer.summary({{"train_loss", std::numeric_limits<double>::infinity()}, {"eval_loss", std::nan("")}});
    writer.finished();
  }
  Store store = open(scratch);
  store.sync();
  return runs;
}

void damage_middle(const fs::path& file) {
  std::string bytes = read_file(file);
  const std::size_t page = 4096;
  const std::size_t begin = bytes.size() / page / 2 * page;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), 4 * page, '\x5a');
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("of a damaged store all but the damaged pages is written down, and the store is made anew") {
  const ScratchFolder scratch;
  fill(scratch);
  const fs::path file = store_file(scratch.path());
  CHECK(store_is_sound(file));
  damage_middle(file);
  CHECK_FALSE(store_is_sound(file));
  const std::string before = read_file(file);

  const fs::path to = scratch.path() / "salvage.jsonl";
  const Salvage found = salvage_store(file, to);
  CHECK(read_file(file) == before);
  CHECK(found.runs == 20);
  CHECK(!found.problems.empty());
  CHECK(found.points > 2000);  // of 8,000: `loss` and `epoch`
  CHECK(found.points < 8000);
  std::istringstream lines(read_file(to));
  std::int64_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(nlohmann::json::accept(line));
  CHECK(count == found.runs + found.finals + found.points);

  const fs::path aside = set_store_aside(file);
  CHECK(read_file(aside) == before);
  Store store = open(scratch);
  CHECK(store.sync().empty());
  const auto runs = store.list();
  REQUIRE(runs.size() == 20);
  CHECK(store.points(runs[7].id, "loss").size() == 200);
  CHECK(runs[7].metrics.at("train_loss") == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(runs[7].metrics.at("eval_loss")));
}

TEST_CASE("a file that is no database yields an empty salvage that says why") {
  const ScratchFolder scratch;
  const fs::path file = store_file(scratch.path());
  std::ofstream(file) << std::string(5000, 'x');
  const Salvage found = salvage_store(file, scratch.path() / "salvage.jsonl");
  CHECK(found.runs == 0);
  REQUIRE(!found.problems.empty());
  CHECK_THAT(found.problems[0], Catch::Contains("not a database"));
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
  fill(scratch);
  {
    soci::session session(soci::sqlite3, store_file(scratch.path()).string());
    session << "DROP TABLE settings";
    session << "PRAGMA user_version = 1";
  }
  Store store = open(scratch);
  CHECK(store.list().empty());
  store.sync();
  CHECK(store.list().size() == 20);
  CHECK(store.settings().find_key("training.seed"));
}
