#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <functional>

#include "runs/record/selection.h"
#include "runs/store/store.h"
#include "unit/runs/scratch.h"

// What lies in a results folder may be anything: one folder that cannot be read is named, and all others are there.

using namespace folio;
using namespace folio::runs;
using Catch::Matchers::Contains;
using folio::runs::test::gone_process;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

void write(const fs::path& file, const std::string& contents) { std::ofstream(file, std::ios::binary) << contents; }

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += R"({"a":)";
  return text + "1" + std::string(static_cast<std::size_t>(depth), '}');
}

/// run.json with another value in place of a member's.
std::string info_with(const char* member, const std::string& value) {
  std::string text = R"({"format":1,"id":"x","name":"n")";
  if (const auto at = text.find(std::string("\"") + member + "\":"); at != std::string::npos)
    text = text.substr(0, at) + R"("unused":0)";
  return text + ",\"" + member + "\":" + value + "}";
}

struct Damage {
  const char* what;
  std::function<void(const RunFolder&)> make;
  const char* file;
  const char* reason;
};

Damage other_info(const char* what, const std::string& text, const char* reason) {
  return {what, [text](const RunFolder& run) { write(run.info(), text); }, "run.json", reason};
}

Damage other_settings(const char* what, const std::string& text, const char* reason) {
  return {what, [text](const RunFolder& run) { write(run.resolved(), text); }, "resolved.json", reason};
}

void put_link(const fs::path& target, const fs::path& link) {
  fs::remove(link);
  fs::create_symlink(target, link);
}

void put_pipe(const fs::path& path) {
  fs::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
}

std::string many_settings() {
  std::string text = R"({"a":{"a":1)";
  for (std::size_t i = 0; i < kMostSettings; ++i) text += ",\"" + std::to_string(i) + "\":1";
  return text + "}}";
}

std::vector<Damage> damages() {
  return {
      {"no run.json", [](const RunFolder& run) { fs::remove(run.info()); }, "run.json", "No such file"},
      other_info("an empty one", "", "is not valid JSON: it ends"),
      other_info("one cut off", R"({"format":1,"id":")", "is not valid JSON: it ends"),
      other_info("one nested deep", nested(60'000), "is nested deeper than 128"),
      other_info("a list", "[]", "expected an object, got an array"),
      other_info("a name twice", R"({"format":1,"id":"a","id":"b","name":"n"})", "\"id\" occurs twice"),
      other_info("no UTF-8", "{\"format\":1,\"id\":\"\xff\xfe\"}", "is not valid JSON: line 1, byte 19"),
      other_info("zero bytes", std::string(100, '\0'), "is not valid JSON: line 1, byte 1"),
      other_info("a name that is a number", info_with("name", "3"), "name: expected a text, got 3"),
      other_info("a long name", info_with("name", '"' + std::string(5000, 'n') + '"'), "name: has 5000 bytes"),
      other_info("a format beyond 64 bits", info_with("format", "18446744073709551616"), "format: expected a whole"),
      other_info("a format too large", info_with("format", "1e400"), "the number 1e400 is too large"),
      other_info("a command of numbers", info_with("command", "[1]"), "command[0]: expected a text"),
      other_info("an origin that is a list", info_with("origins", R"({"a":[]})"), "origins.a: expected a text"),
      other_info("a process without a number", info_with("runner", R"({"host":"h","boot_id":"b","pid":-1})"),
                 "runner.pid: expected a whole number from 1"),
      other_info("plugins of texts", info_with("plugins", R"(["gpt"])"), "plugins[0]: expected an object"),
      {"a folder", [](const RunFolder& run) { fs::remove(run.info()), fs::create_directory(run.info()); }, "run.json",
       "is a folder"},
      {"a pipe", [](const RunFolder& run) { put_pipe(run.info()); }, "run.json", "(it is a pipe)"},
      {"a device", [](const RunFolder& run) { put_link("/dev/zero", run.info()); }, "run.json", "(it is a device)"},
      {"a link to itself", [](const RunFolder& run) { put_link("run.json", run.info()); }, "run.json",
       "Too many levels"},
      {"large", [](const RunFolder& run) { fs::resize_file(run.info(), 1 << 30); }, "run.json",
       "larger than the limit"},
      other_settings("nested deep", nested(60'000), "is nested deeper than 128"),
      other_settings("a list for a section", R"({"model":[1,2]})", "model: expected an object, got an array"),
      other_settings("a text for a section", R"({"training":"fast"})", "training: expected an object, got \"fast\""),
      other_settings("a number", "7", "expected an object, got 7"),
      other_settings("many settings", many_settings(), "has 10001 settings"),
      {"pipe of settings", [](const RunFolder& run) { put_pipe(run.resolved()); }, "resolved.json", "(it is a pipe)"},
      {"pipe of events", [](const RunFolder& run) { put_pipe(run.events()); }, "events.jsonl", "(it is a pipe)"},
      {"folder of events", [](const RunFolder& run) { fs::create_directory(run.events()); }, "events.jsonl",
       "is a folder"},
      {"lost events", [](const RunFolder& run) { put_link("gone", run.events()); }, "events.jsonl", "No such file"},
      {"an endless line",
       [](const RunFolder& run) {
         write(run.events(), "x");
         fs::resize_file(run.events(), 600 << 20);
       },
       "events.jsonl", "begins at byte 0 is longer than the limit of 33554432 bytes"},
  };
}

/// Bytes that this process has read so far.
std::int64_t bytes_read() {
  std::ifstream file("/proc/self/io");
  std::string name;
  std::int64_t count = 0;
  file >> name >> count;
  REQUIRE(name == "rchar:");
  return count;
}

}  // namespace

TEST_CASE("a run folder that cannot be read is named with the reason, and the others are listed", "[store]") {
  const ScratchFolder scratch;
  const std::string good = make_run(scratch.path(), "good").info.id;
  const std::string bad = make_run(scratch.path(), "bad").info.id;
  const fs::path folder = runs_folder(scratch.path()) / bad;
  for (const Damage& damage : damages()) {
    CAPTURE(damage.what);
    fs::remove_all(folder);
    fs::copy(runs_folder(scratch.path()) / good, folder);
    damage.make(RunFolder(folder));
    Store store = open(scratch);
    const std::clock_t begun = std::clock();
    const auto unread = store.sync();
    CHECK(std::clock() - begun < 5 * CLOCKS_PER_SEC);  // of the processor: the machine may be busy
    REQUIRE(unread.size() == 1);
    CHECK(unread[0].id == bad);
    CHECK_THAT(unread[0].message, Contains((folder / damage.file).string()) && Contains(damage.reason));
    CHECK_THAT(unread[0].message, !Contains("json.exception"));
    const auto runs = store.list();
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].id == good);
    CHECK_THAT(test::store_error_of([&] { select_run(runs, bad, unread); }), Contains(damage.reason));
    CHECK(open(scratch).sync().size() == 1);  // told again, by the next command
  }
}

TEST_CASE("a folder that was refused is read again only when its files have changed", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  write(run.folder.events(), "x");
  fs::resize_file(run.folder.events(), 40 << 20);
  open(scratch).sync();
  Store store = open(scratch);
  const std::int64_t before = bytes_read();
  REQUIRE(store.sync().size() == 1);
  CHECK(bytes_read() - before < (1 << 20));
  write(run.folder.events(), R"({"type":"points","step":1,"metrics":{"loss":2}})"
                             "\n");
  CHECK(store.sync().empty());
  CHECK(store.list().size() == 1);
  CHECK(store.points(run.info.id, "loss").size() == 1);
  CHECK(store.unread().empty());
}

TEST_CASE("what was entered of a run stays when a later line is too long, and its end is told", "[store]") {
  const ScratchFolder scratch;
  NewRun run = make_run(scratch.path());
  run.lock.reset();
  EventWriter(run.folder.events()).running(gone_process());
  EventWriter(run.folder.events()).points(1, 0, {{"loss", 2}});
  {
    std::ofstream events(run.folder.events(), std::ios::app);
    events << "x";
  }
  fs::resize_file(run.folder.events(), 100 << 20);
  Store store = open(scratch);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(store.sync().size() == 1);
    REQUIRE(store.list().size() == 1);
    CHECK(store.list()[0].state == RunState::failed);
    CHECK(store.points(run.info.id, "loss").size() == 1);
  }
}

TEST_CASE("lines that are no event are counted, whatever they hold, and the others are entered", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  const std::vector<std::string> lines{
      nested(60'000),
      "null",
      "[]",
      "7",
      "\"points\"",
      std::string(1000, '\0'),
      "{\"type\":\"points\",\"step\":1,\"metrics\":{\"\xff\":1}}",
      R"({"type":["points"],"step":1,"metrics":{"loss":1}})",
      R"({"type":"points","metrics":{"loss":1}})",
      R"({"type":"points","step":1e30,"metrics":{"loss":1}})",
      R"({"type":"points","step":18446744073709551615,"metrics":{"loss":1}})",
      R"({"type":"points","step":-9223372036854775808,"metrics":{"loss":1}})",
      R"({"type":"points","step":1.5,"metrics":{"loss":1}})",
      R"({"type":"points","step":"1","metrics":{"loss":1}})",
      R"({"type":"points","step":1,"metrics":[1]})",
      R"({"type":"points","step":1,"metrics":{"loss":null}})",
      R"({"type":"points","step":1,"metrics":{"loss":1e400}})",
      R"({"type":"points","step":1,"epoch":"soon","metrics":{"loss":1}})",
      R"({"type":"points","step":1,"time":[],"metrics":{"loss":1}})",
      R"({"type":"points","step":1,"metrics":{")" + std::string(kLongestMetricName + 1, 'm') + R"(":1}})",
      R"({"type":"state","state":"dreaming"})",
      R"({"type":"state","state":7})",
      R"({"type":"state","state":"running","process":{"host":1}})",
      R"({"type":"state","state":"running","process":{"host":"h","boot_id":"b","pid":1e30,"start_time":1}})",
      R"({"type":"state","state":"failed","error":"bad"})",
      R"({"type":"environment","values":[1]})",
      R"({"type":"facts","values":"none"})",
      R"({"type":"summary"})",
      R"({"type":"label","tags":"good"})",
      R"({"type":"label","tags":[1]})",
      R"({"type":"label","name":{}})",
      R"({"type":"sample","step":1,"prompt":2,"text":"t"})",
      R"({"type":"points","step":1,"metrics":{"loss":1})",
  };
  {
    std::ofstream events(run.folder.events(), std::ios::binary);
    for (const std::string& line : lines) events << line << "\n";
    events << R"({"type":"points","step":3,"metrics":{"loss":4}})"
           << "\n";
  }
  Store store = open(scratch);
  CHECK(store.sync().empty());
  CHECK(store.load(run.info.id).skipped_lines == static_cast<std::int64_t>(lines.size()));
  REQUIRE(store.points(run.info.id, "loss").size() == 1);
  CHECK(store.points(run.info.id, "loss")[0].step == 3);
}

TEST_CASE("texts that a database cannot hold are entered without what it cannot", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  write(run.folder.info(),
        R"({"format":1,"id":"x","name":"a\u0000b","created":"2\u00006","experiment_file":"e\u0000f","note":"\u0000",)"
        R"("command":["\u0000"],"origins":{"\u0000":"\u0000"}})");
  write(run.folder.resolved(), R"({"model":{"type":"g\u0000t","\u0000":"\u0000"}})");
  write(run.folder.events(), R"({"type":"state","state":"failed","error":{"kind":"run","message":"\u0000"}})"
                             "\n"
                             R"({"type":"points","step":1,"metrics":{"\u0000":1}})"
                             "\n"
                             R"({"type":"sample","step":1,"prompt":"\u0000","text":"\u0000"})"
                             "\n"
                             R"({"type":"environment","values":{"\u0000":"\u0000"}})"
                             "\n"
                             R"({"type":"label","tags":["\u0000"],"note":"\u0000"})"
                             "\n");
  Store store = open(scratch);
  CHECK(store.sync().empty());
  const Run loaded = store.load(run.info.id);
  CHECK(loaded.summary.name == "a\uFFFDb");
  CHECK(loaded.sample->text == std::string(1, '\0'));
  CHECK(loaded.skipped_lines == 0);
  store.settings();
}

TEST_CASE("folders with names that no run has, and links that lead nowhere, do no harm", "[store]") {
  const ScratchFolder scratch;
  const std::string good = make_run(scratch.path()).info.id;
  const fs::path runs = runs_folder(scratch.path());
  const std::vector<std::string> names{"a\nb", "\x1b[31mred", "\xff\xfe", std::string(255, 'x'), "-rf", "a b", "é"};
  for (const std::string& name : names) fs::copy(runs / good, runs / name);
  write(runs / "a-file", "");
  fs::create_symlink("gone", runs / "dangling");
  fs::create_symlink("loop", runs / "loop");
  put_pipe(runs / "pipe");
  Store store = open(scratch);
  const auto unread = store.sync();
  CHECK(unread.size() == names.size());
  for (const UnreadRun& run : unread) {
    CHECK_THAT(run.message, Contains("is no name of a run's folder"));
    CHECK(run.message.find_first_of("\n\x1b\xfe") == std::string::npos);
  }
  REQUIRE(store.list().size() == 1);
  CHECK(store.list()[0].id == good);
}

TEST_CASE("twenty thousand names of metrics are entered in a moment", "[store]") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  {
    std::ofstream events(run.folder.events());
    for (int i = 0; i < 20'000; ++i)
      events << R"({"type":"points","step":1,"metrics":{"name-)" << i << "\":" << i << "}}\n";
  }
  Store store = open(scratch);
  const std::clock_t begun = std::clock();
  CHECK(store.sync().empty());
  CHECK(std::clock() - begun < 10 * CLOCKS_PER_SEC);  // it was half a minute
  const auto metrics = store.list().at(0).metrics;
  CHECK(metrics.size() == 20'000);
  CHECK(metrics.at("name-19999") == 19'999);
}

TEST_CASE("another program's run may have a setting where an experiment has a section") {
  const ScratchFolder scratch;
  RunInfo info;
  info.name = "theirs";
  info.imported = ImportOrigin{"Weights & Biases", "wandb:1", "hash"};
  create_run(scratch.path(), info, "", {{"model", "gpt2"}, {"training", 7}, {"dataset", nullptr}});
  Store store = open(scratch);
  CHECK(store.sync().empty());
  REQUIRE(store.list().size() == 1);
  CHECK(store.list()[0].model.empty());
}
