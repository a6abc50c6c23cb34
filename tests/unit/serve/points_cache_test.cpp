#include "serve/points_cache.h"

#include <catch2/catch.hpp>

#include "unit/runs/scratch.h"

using namespace folio::runs;
using namespace folio::runs::test;
using folio::serve::PointsCache;

namespace {

void log_losses(const RunFolder& folder, std::int64_t first, std::int64_t last, double value) {
  EventWriter events(folder.events());
  for (std::int64_t step = first; step <= last; ++step) events.points(step, 0, {{"loss", value}});
}

std::vector<std::pair<std::int64_t, double>> pairs_of(const std::vector<Point>& points) {
  std::vector<std::pair<std::int64_t, double>> pairs;
  for (const Point& point : points) pairs.emplace_back(point.step, point.value);
  return pairs;
}

}  // namespace

TEST_CASE("points that are kept are those of the store, whatever comes meanwhile") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  Store store = open(scratch);
  PointsCache cache;
  const auto kept = [&] {
    store.sync();
    const auto points = cache.points(store, run.info.id, run.info.created, "loss");
    CHECK(pairs_of(points) == pairs_of(store.points(run.info.id, "loss")));
    return points.size();
  };
  EventWriter(run.folder.events()).running(folio::this_process());
  CHECK(kept() == 0);
  log_losses(run.folder, 1, 10, 3);
  CHECK(kept() == 10);
  CHECK(kept() == 10);
  log_losses(run.folder, 11, 15, 2);
  CHECK(kept() == 15);
  EventWriter(run.folder.events()).resumed({5, nlohmann::json::object(), {}});
  CHECK(kept() == 5);
  log_losses(run.folder, 6, 20, 1);
  CHECK(kept() == 20);
  EventWriter(run.folder.events()).resumed({10, nlohmann::json::object(), {}});
  log_losses(run.folder, 11, 20, 0.5);  // no fewer than before, and others
  CHECK(kept() == 20);
  CHECK(cache.points(store, run.info.id, run.info.created, "nothing").empty());
  const auto steps_from = [&](std::int64_t from) {
    std::vector<std::int64_t> steps;
    for (const Point& point : cache.points(store, run.info.id, run.info.created, "loss", from))
      steps.push_back(point.step);
    return steps;
  };
  CHECK(steps_from(18) == std::vector<std::int64_t>{18, 19, 20});
  CHECK(steps_from(500) == std::vector<std::int64_t>{20});
  CHECK(steps_from(0).size() == 20);
  // Another run of this id has nothing to do with what was kept.
  CHECK(cache.points(store, run.info.id, "another time", "loss").size() == 20);
}

TEST_CASE("points of the curves that were drawn last are kept, no more than fit") {
  const ScratchFolder scratch;
  const NewRun first = make_run(scratch.path()), second = make_run(scratch.path());
  for (const NewRun* run : {&first, &second}) log_losses(run->folder, 1, 100, 3);
  Store store = open(scratch);
  store.sync();
  PointsCache small(150);
  for (int round = 0; round < 3; ++round)
    for (const NewRun* run : {&first, &second})
      CHECK(small.points(store, run->info.id, run->info.created, "loss").size() == 100);
  CHECK(small.kept() <= 150);
  CHECK(small.kept() >= 100);
}
