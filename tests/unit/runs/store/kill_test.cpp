#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <sstream>
#include <thread>

#include "runs/store/store.h"
#include "support/child_process.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace {

std::unique_ptr<ChildProcess> start(const ScratchFolder& scratch, std::vector<std::string> arguments) {
  ChildProcess::Options options;
  options.arguments = std::move(arguments);
  options.environment["FOLIO_STORE"] = scratch.store_url();
  return std::make_unique<ChildProcess>(RUNS_VICTIM, options);
}

/// All that is left in the pipe; the child has ended.
std::string drain(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = ::read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  return text;
}

std::int64_t last_number(const std::string& lines) {
  std::istringstream stream(lines);
  std::int64_t number = 0;
  while (stream >> number) {
  }
  return number;
}

void check_points(const std::vector<Point>& points, std::int64_t acknowledged, double factor) {
  REQUIRE(points.size() >= static_cast<std::size_t>(acknowledged));
  for (std::size_t i = 0; i < points.size(); ++i) {
    REQUIRE(points[i].step == static_cast<std::int64_t>(i) + 1);
    REQUIRE(points[i].value == static_cast<double>(points[i].step) * factor);
  }
}

}  // namespace

TEST_CASE("kill -9 of the writer and of those who sync loses and doubles no acknowledged point", "[store]") {
  constexpr int kRounds = 50;
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  std::mt19937 random(20240701);
  std::uniform_int_distribution<int> milliseconds(5, 120);
  std::int64_t acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto writer = start(scratch, {"append", run.folder.path().string()});
    const auto first = start(scratch, {"sync", scratch.path().string()});
    const auto second = start(scratch, {"sync", scratch.path().string()});
    for (ChildProcess* victim : {first.get(), writer.get(), second.get()}) {
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
      victim->signal(SIGKILL);
      REQUIRE(victim->wait().signal == SIGKILL);  // it had not ended by itself, with an error
    }
    acknowledged = std::max(acknowledged, last_number(drain(writer->output())));

    Store store = open(scratch);
    REQUIRE(store.sync().empty());
    check_points(store.points(run.info.id, "loss"), acknowledged, 0.5);
    check_points(store.points(run.info.id, "grad_norm"), acknowledged, 0.25);
  }
  CHECK(acknowledged > kRounds);  // it was not killed before it did anything
}

TEST_CASE("a run whose worker was killed becomes failed, naming the process", "[store]") {
  const ScratchFolder scratch;
  NewRun run = make_run(scratch.path());
  run.lock.reset();
  Store store = open(scratch);
  const auto worker = start(scratch, {"begin", run.folder.path().string()});
  char line[8];
  REQUIRE(::read(worker->output(), line, sizeof line) == 8);
  store.sync();
  CHECK(store.list().at(0).state == RunState::running);

  const auto size_before = std::filesystem::file_size(run.folder.events());
  worker->signal(SIGKILL);
  worker->wait();
  store.sync();
  const RunSummary after = store.list().at(0);
  CHECK(after.state == RunState::failed);
  CHECK(after.error->message == "the worker (pid " + std::to_string(worker->pid()) + ") no longer exists");
  CHECK(std::filesystem::file_size(run.folder.events()) == size_before);
}

TEST_CASE("processes that sync at once enter each run once", "[store]") {
  const ScratchFolder scratch;
  std::vector<NewRun> runs;
  for (int i = 0; i < 20; ++i) {
    runs.push_back(make_run(scratch.path()));
    EventWriter writer(runs.back().folder.events());
    writer.running(this_process());
    for (int step = 1; step <= 50; ++step) writer.points(step, 0, {{"loss", step * 0.5}});
  }
  std::vector<std::unique_ptr<ChildProcess>> children;
  for (int i = 0; i < 4; ++i) children.push_back(start(scratch, {"sync", scratch.path().string(), "3"}));
  for (const auto& child : children) CHECK(child->wait().success());
  Store store = open(scratch);
  CHECK(store.list().size() == runs.size());
  for (const NewRun& run : runs) {
    const auto points = store.points(run.info.id, "loss");
    REQUIRE(points.size() == 50);
    check_points(points, 50, 0.5);
  }
}

TEST_CASE("sixteen writers at once lose nothing, those that are killed nothing that they acknowledged", "[store]") {
  constexpr std::size_t kWriters = 16;
  constexpr std::int64_t kPoints = 10'000;
  const ScratchFolder scratch;
  std::vector<std::unique_ptr<ChildProcess>> writers;
  for (std::size_t i = 0; i < kWriters; ++i)
    writers.push_back(start(scratch, {"write", scratch.path().string(), std::to_string(kPoints)}));
  std::mt19937 random(16);
  std::uniform_int_distribution<int> milliseconds(20, 200);
  const auto is_victim = [](std::size_t i) { return i % 4 == 3; };
  for (std::size_t i = 0; i < kWriters; ++i) {
    if (!is_victim(i)) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds(random)));
    writers[i]->signal(SIGKILL);
  }
  Store store = open(scratch);
  for (std::size_t i = 0; i < kWriters; ++i) {
    CAPTURE(i);
    const ExitStatus status = writers[i]->wait();
    std::istringstream said(drain(writers[i]->output()));
    std::string id;
    if (!(said >> id)) continue;  // killed before it had made its run
    std::int64_t acknowledged = 0;
    for (std::int64_t step = 0; said >> step;) acknowledged = step;
    // What a finished writer entered is there without another sync.
    if (!is_victim(i)) {
      CHECK(status.success());
      CHECK(acknowledged == kPoints);
      CHECK(store.load(id).summary.state == RunState::finished);
      check_points(store.points(id, "loss"), kPoints, 0.5);
    } else if (acknowledged > 0) {
      check_points(store.points(id, "loss"), acknowledged, 0.5);
    }
  }
  CHECK(store.sync().empty());
  for (const RunSummary& run : store.list()) CHECK(!is_active(run.state));
}
