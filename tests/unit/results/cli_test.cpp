#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "unit/results/scratch.h"

using namespace folio;
using namespace folio::results;
using folio::results::test::make_run;
using folio::results::test::ScratchFolder;

namespace {

/// What the three commands print, on a results folder of their own.
class Program {
 public:
  Program() {
    global_.results = scratch_.path();
    global_.baselines = std::filesystem::path(FOLIO_SOURCE_DIR) / "results" / "baselines";
  }

  const std::filesystem::path& results() const { return scratch_.path(); }

  std::string run(const std::string& arguments) {
    CLI::App app("runner", "runner");
    int exit_code = 0;
    cli::add_ls(app, global_, exit_code);
    cli::add_show(app, global_, exit_code);
    cli::add_diff(app, global_, exit_code);
    std::ostringstream captured;
    std::streambuf* const before = std::cout.rdbuf(captured.rdbuf());
    try {
      app.parse(arguments);
    } catch (...) {
      std::cout.rdbuf(before);
      throw;
    }
    std::cout.rdbuf(before);
    CHECK(exit_code == 0);
    return captured.str();
  }

  nlohmann::json json(const std::string& arguments) { return nlohmann::json::parse(run(arguments + " --json")); }

  std::string refusal(const std::string& arguments) {
    try {
      return "printed " + run(arguments);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return error.what();
    }
  }

 private:
  ScratchFolder scratch_;
  cli::GlobalOptions global_;
};

NewRun finished(const std::filesystem::path& results, const std::string& name, double loss) {
  const NewRun run = make_run(results, name);
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.environment({{"device", "cpu"}});
  writer.facts({{"samples", 288}});
  writer.points(10, 0.5, {{"loss", loss}});
  writer.sample(10, "ROMEO.", " Ay me!\nSad hours");
  writer.summary({{"train_loss", loss}, {"train_runtime", 83.5}});
  writer.finished();
  return run;
}

}  // namespace

TEST_CASE("ls lists the newest first and the baselines last") {
  Program program;
  const NewRun first = finished(program.results(), "first", 6.5);
  const NewRun second = finished(program.results(), "second", 6.25);
  const std::string text = program.run("ls");
  CHECK_THAT(text, Catch::Contains(second.info.id) && Catch::Contains("6.2500") && Catch::Contains("0:01:23.50"));
  const auto place = [&](const std::string& what) { return text.find(what); };
  CHECK(place("train_loss") < place(second.info.id));
  CHECK(place(first.info.id) < place("baseline/bert"));
  CHECK(place("baseline/bert") < place("baseline/gpt"));
  CHECK(place("baseline/gpt") != std::string::npos);

  const auto list = program.json("ls");
  REQUIRE(list.size() == 4);
  CHECK(list[0]["metrics"]["train_loss"].is_number());
  CHECK(list[3]["id"] == "baseline/gpt");
  CHECK(list[3]["created"].is_null());
}

TEST_CASE("show prints all of a run, and its JSON has the promised fields") {
  Program program;
  const NewRun run = finished(program.results(), "small", 6.5);
  const std::string text = program.run("show");
  for (const char* part : {"small", "finished", "model gpt, tokenizer bpe, data set textbooks", "train_loss", "6.5000",
                           "The mean of the training loss", "model.hidden_size", "64", "samples", "288", "device",
                           "events.jsonl", "Ay me!", "Sad hours"}) {
    CHECK_THAT(text, Catch::Contains(part));
  }
  CHECK_THAT(text, !Catch::Contains("description"));
  const auto json = program.json("show " + run.info.id.substr(0, 6));
  CHECK(json["id"] == run.info.id);
  CHECK(json["name"] == "small");
  CHECK(json["state"] == "finished");
  CHECK(json["settings"]["model"]["hidden_size"] == 64);
  CHECK(json["metrics"]["train_runtime"] == 83.5);
  CHECK(json["environment"]["device"] == "cpu");
}

TEST_CASE("show tells why a run failed") {
  Program program;
  const NewRun run = make_run(program.results());
  EventWriter(run.folder.events()).failed(ErrorKind::plugin, "model gpt crashed");
  CHECK_THAT(program.run("show latest"), Catch::Contains("failed") && Catch::Contains("model gpt crashed"));
  CHECK(program.json("show latest")["error"]["kind"] == "plugin");
}

TEST_CASE("show leaves out the settings that are defaults") {
  Program program;
  RunInfo info;
  info.name = "small";
  info.runner = this_process();
  info.origins = {{"model.hidden_size", "small.yaml:3"}, {"training.seed", "default"}};
  create_run(program.results(), info, "", folio::results::test::small_experiment());
  const std::string text = program.run("show");
  CHECK_THAT(text, Catch::Contains("small.yaml:3") && !Catch::Contains("training.seed"));
}

TEST_CASE("diff compares the latest two by default, the older as A") {
  Program program;
  const NewRun first = finished(program.results(), "first", 6.5);
  ::usleep(2000);  // `created` counts milliseconds
  const NewRun second = finished(program.results(), "second", 6.25);
  const auto json = program.json("diff");
  CHECK(json["a"]["id"] == first.info.id);
  CHECK(json["b"]["id"] == second.info.id);
  CHECK(json["comparable"] == "partly");
  CHECK(json["metrics"]["train_loss"]["better"] == "b");
  CHECK(json["metrics"]["train_loss"]["difference"] == -0.25);
  CHECK(program.json("diff first")["b"]["id"] == second.info.id);
  CHECK(program.json("diff second first")["metrics"]["train_loss"]["better"] == "a");
  const std::string text = program.run("diff");
  CHECK_THAT(text, Catch::Contains("Can they be compared? Partly.") && Catch::Contains("No setting differs.") &&
                       Catch::Contains("-0.2500") && Catch::Contains("0.9615") && Catch::Contains("B?"));
}

TEST_CASE("diff of the baselines says that their losses have no common scale") {
  Program program;
  const std::string text = program.run("diff baseline/gpt baseline/bert");
  CHECK_THAT(text, Catch::Contains("Their losses cannot.") && Catch::Contains("differs  objective: causal | masked") &&
                       Catch::Contains("not comparable") && Catch::Contains("0.6013") && Catch::Contains("0.6232"));
}

TEST_CASE("a run that does not exist is a mistake in the command line") {
  Program program;
  CHECK(program.refusal("show latest") == "there is no run yet");
  CHECK(program.refusal("show baseline/gtp") == "there is no run 'baseline/gtp'; did you mean 'baseline/gpt'?");
  CHECK_THAT(program.refusal("diff"), Catch::Contains("there are not two runs yet"));
  const NewRun run = finished(program.results(), "small", 6.5);
  CHECK_THAT(program.refusal("diff"), Catch::Contains("there are not two runs yet"));
  CHECK_THAT(program.refusal("diff small"), Catch::Contains("both are run " + run.info.id));
}
