#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>

#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::kInfinity;
using folio::runs::test::ScratchFolder;

namespace {

template <typename T>
const T& as(const Event& event) {
  return std::get<T>(event.what);
}

void append(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("events are read back as they were written") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  EventWriter writer(file);
  writer.running(this_process());
  writer.environment({{"device", "cpu"}});
  writer.facts({{"data_hash", "abc"}, {"samples", 288}});
  writer.points(10, 0.139, {{"loss", 6.9}, {"learning_rate", 4.5e-5}});
  writer.sample(216, "ROMEO.", " Is the day so young?");
  writer.summary({{"train_loss", 6.5}});
  writer.failed(ErrorKind::plugin, "model gpt crashed");

  const EventBatch batch = read_events(file, 0);
  REQUIRE(batch.events.size() == 7);
  CHECK(batch.skipped == 0);
  CHECK(batch.offset == std::filesystem::file_size(file));
  CHECK(*batch.events[0].time > 1.7e9);
  CHECK(as<StateEvent>(batch.events[0]).state == RunState::running);
  CHECK(as<StateEvent>(batch.events[0]).process == this_process());
  CHECK(as<EnvironmentEvent>(batch.events[1]).values == nlohmann::json{{"device", "cpu"}});
  CHECK(as<FactsEvent>(batch.events[2]).values.at("samples") == 288);
  CHECK(as<PointsEvent>(batch.events[3]).step == 10);
  CHECK(as<PointsEvent>(batch.events[3]).epoch == 0.139);
  CHECK(as<PointsEvent>(batch.events[3]).metrics ==
        std::map<std::string, double>{{"learning_rate", 4.5e-5}, {"loss", 6.9}});
  CHECK(as<Sample>(batch.events[4]).text == " Is the day so young?");
  CHECK(as<SummaryEvent>(batch.events[5]).metrics.at("train_loss") == 6.5);
  CHECK(as<StateEvent>(batch.events[6]).error->kind == ErrorKind::plugin);
  CHECK(as<StateEvent>(batch.events[6]).error->message == "model gpt crashed");
}

TEST_CASE("events keep numbers that are not finite") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  EventWriter(file).points(1, 0.5, {{"a", std::nan("")}, {"b", kInfinity}, {"c", -kInfinity}, {"d", 0.1 + 0.2}});
  const EventBatch batch = read_events(file, 0);
  const auto& metrics = as<PointsEvent>(batch.events.at(0)).metrics;
  CHECK(std::isnan(metrics.at("a")));
  CHECK(metrics.at("b") == kInfinity);
  CHECK(metrics.at("c") == -kInfinity);
  CHECK(metrics.at("d") == 0.1 + 0.2);
}

TEST_CASE("events with bytes that are not UTF-8 are written with U+FFFD in their place") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  EventWriter(file).sample(1, "",
                           "a\xff"
                           "b");
  CHECK(as<Sample>(read_events(file, 0).events.at(0)).text ==
        "a\xef\xbf\xbd"
        "b");
}

TEST_CASE("a reader leaves a line without its end for the next time") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  append(file, R"({"type":"points","step":1,"epoch":0.1,"metrics":{"loss":6}})"
               "\n"
               R"({"type":"points","st)");
  const EventBatch first = read_events(file, 0);
  CHECK(first.events.size() == 1);
  CHECK(first.skipped == 0);
  CHECK(read_events(file, first.offset).offset == first.offset);

  append(file, R"(ep":2,"epoch":0.2,"metrics":{"loss":5}})"
               "\n");
  const EventBatch second = read_events(file, first.offset);
  REQUIRE(second.events.size() == 1);
  CHECK(as<PointsEvent>(second.events[0]).step == 2);
}

TEST_CASE("a reader counts and passes over lines that are no event") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  const char* line = GENERATE(R"({"type":"points","st)", "not JSON", "", "[]", "3", R"({"type":"weather","values":{}})",
                              R"({"type":"points","step":"x","epoch":1,"metrics":{}})",
                              R"({"type":"points","step":1,"epoch":1,"metrics":{"loss":"many"}})",
                              R"({"type":"state","state":"asleep"})", R"({"type":"facts","values":[1]})",
                              R"({"time":"noon","type":"facts","values":{}})");
  append(file, std::string(line) +
                   "\n"
                   R"({"type":"facts","values":{"samples":3}})"
                   "\n");
  const EventBatch batch = read_events(file, 0);
  CAPTURE(line);
  CHECK(batch.skipped == 1);
  REQUIRE(batch.events.size() == 1);
  CHECK(as<FactsEvent>(batch.events[0]).values.at("samples") == 3);
}

TEST_CASE("a writer after a torn line begins a new one") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  append(file, R"({"type":"points","st)");
  EventWriter(file).failed(ErrorKind::run, "the disk was full");
  const EventBatch batch = read_events(file, 0);
  CHECK(batch.skipped == 1);
  REQUIRE(batch.events.size() == 1);
  CHECK(as<StateEvent>(batch.events[0]).state == RunState::failed);
}

TEST_CASE("a reader goes through a file in pieces without losing a line") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  EventWriter writer(file);
  for (int step = 1; step <= 200; ++step) writer.points(step, 0, {{"loss", step * 0.5}});
  const std::size_t limit = GENERATE(1, 100, 1000, 1 << 20);  // one byte: less than a line
  std::uint64_t offset = 0;
  std::vector<std::int64_t> steps;
  for (;;) {
    const EventBatch batch = read_events(file, offset, limit);
    if (batch.offset == offset) break;
    for (const Event& event : batch.events) steps.push_back(as<PointsEvent>(event).step);
    offset = batch.offset;
  }
  REQUIRE(steps.size() == 200);
  for (std::size_t i = 0; i < steps.size(); ++i) REQUIRE(steps[i] == static_cast<std::int64_t>(i) + 1);
}

TEST_CASE("a missing events file is an empty one") {
  const ScratchFolder scratch;
  const EventBatch batch = read_events(scratch.path() / "events.jsonl", 0);
  CHECK(batch.events.empty());
  CHECK(batch.offset == 0);
}

TEST_CASE("a writer on a full disk throws") {
  // /dev/full takes no byte: every write fails with "no space left".
  EventWriter writer("/dev/full");
  try {
    writer.points(1, 0, {{"loss", 1.0}});
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    CHECK_THAT(error.what(), Catch::Contains("/dev/full") && Catch::Contains("No space left"));
  }
}

TEST_CASE("a file of lines that are no events is refused before it takes long") {
  const ScratchFolder scratch;
  const auto file = scratch.path() / "events.jsonl";
  for (const char* line : {"\n", "{}\n"}) {
    std::string text;
    for (std::int64_t i = 0; i <= kMostSkipped; ++i) text += line;
    std::ofstream(file) << text;
    CHECK_THROWS_WITH(read_events(file, 0),
                      Catch::Contains("events.jsonl: has more than 100000 lines that are no event"));
  }
}
