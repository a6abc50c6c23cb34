#include <catch2/catch.hpp>
#include <cmath>

#include "cli/commands.h"
#include "terminal/terminal.h"
#include "unit/cli/program_output.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::ScratchFolder;

namespace {

/// What the commands print, on a results folder of their own.
class Program {
 public:
  Program() {
    global_.results = scratch_.path();
    global_.store = scratch_.store_url();
    global_.baselines = std::filesystem::path(FOLIO_SOURCE_DIR) / "results" / "baselines";
  }

  const std::filesystem::path& results() const { return scratch_.path(); }

  std::string run(const std::string& arguments) {
    const cli::Program program("runner", "", "");
    int exit_code = 0;
    cli::add_ls(program, global_, exit_code);
    cli::add_show(program, global_, exit_code);
    for (const auto add : {&cli::add_diff, &cli::add_compare, &cli::add_tag, &cli::add_note, &cli::add_name,
                           &cli::add_rm, &cli::add_restore, &cli::add_purge, &cli::add_reindex, &cli::add_metrics}) {
      add(program, global_, exit_code);
    }
    const std::string printed = folio::test::printed_by(program, arguments);
    exit_code_ = exit_code;
    return printed;
  }

  nlohmann::json json(const std::string& arguments) { return nlohmann::json::parse(run(arguments + " --json")); }

  /// Of the last command.
  int exit_code() const { return exit_code_; }

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
  int exit_code_ = 0;
};

NewRun finished(const std::filesystem::path& results, const std::string& name, double loss) {
  NewRun run = make_run(results, name);
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

TEST_CASE("ls lists the newest first and the baselines last", "[store]") {
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

  const auto list = program.json("ls")["runs"];
  REQUIRE(list.size() == 4);
  CHECK(list[0]["metrics"]["train_loss"].is_number());
  CHECK(list[3]["id"] == "baseline/gpt");
  CHECK(list[3]["created"].is_null());
}

TEST_CASE("show prints all of a run, and its JSON has the promised fields", "[store]") {
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

TEST_CASE("show explains a result, as text and in JSON", "[store]") {
  Program program;
  const NewRun run = finished(program.results(), "small", 6.5);
  const std::string text = program.run("show --explain");
  CHECK_THAT(text, Catch::Contains("What does the loss mean?") && Catch::Contains("train_loss is 6.5000") &&
                       Catch::Contains("Was the loss still falling?\n  Not known: five logged points") &&
                       !Catch::Contains("events.jsonl"));
  const auto json = program.json("show --explain " + run.info.id);
  REQUIRE(json["explanation"].size() == 6);
  CHECK(json["explanation"][0]["question"] == "What does the loss mean?");
  CHECK_FALSE(program.json("show").contains("explanation"));
}

TEST_CASE("show tells why a run failed", "[store]") {
  Program program;
  const NewRun run = make_run(program.results());
  EventWriter(run.folder.events()).failed(ErrorKind::plugin, "model gpt crashed");
  CHECK_THAT(program.run("show latest"), Catch::Contains("failed") && Catch::Contains("model gpt crashed"));
  CHECK(program.json("show latest")["error"]["kind"] == "plugin");
}

TEST_CASE("show leaves out the settings that are defaults", "[store]") {
  Program program;
  RunInfo info;
  info.name = "small";
  info.runner = this_process();
  info.origins = {{"model.hidden_size", "small.yaml:3"}, {"training.seed", "default"}};
  create_run(program.results(), info, "", folio::runs::test::small_experiment());
  const std::string text = program.run("show");
  CHECK_THAT(text, Catch::Contains("small.yaml:3") && !Catch::Contains("training.seed") &&
                       Catch::Contains("1 more at their defaults (--all)"));
  CHECK_THAT(program.run("show --all"), Catch::Contains("training.seed") && Catch::Contains("default\n"));
}

TEST_CASE("diff compares the latest two by default, the older as A", "[store]") {
  Program program;
  const NewRun first = finished(program.results(), "first", 6.5);
  ::usleep(2000);  // `created` counts milliseconds
  const NewRun second = finished(program.results(), "second", 6.25);
  const auto json = program.json("diff");
  CHECK(json["a"]["id"] == first.info.id);
  CHECK(json["b"]["id"] == second.info.id);
  CHECK(json["comparable"] == "partly");
  CHECK(json["metrics"]["train_loss"]["leader"] == "b");
  CHECK(json["metrics"]["train_loss"]["outcome"] == "no_difference_seen");  // one experiment, run twice
  CHECK(json["metrics"]["train_loss"]["difference"] == -0.25);
  CHECK(program.json("diff first")["b"]["id"] == second.info.id);
  CHECK(program.json("diff second first")["metrics"]["train_loss"]["leader"] == "a");
  const std::string text = program.run("diff");
  CHECK_THAT(text, Catch::Contains("Can they be compared? Partly.") && Catch::Contains("No setting differs") &&
                       Catch::Contains("-0.2500") && Catch::Contains("0.9615") && Catch::Contains("not seen"));
}

TEST_CASE("diff of the baselines says that their losses have no common scale", "[store]") {
  Program program;
  const std::string text = program.run("diff baseline/gpt baseline/bert");
  CHECK_THAT(text, Catch::Contains("Their losses cannot.") && Catch::Contains("differs  objective: causal | masked") &&
                       Catch::Contains("tokens: trained on the book | pre-trained") &&
                       Catch::Contains("not comparable") && Catch::Contains("60.1 %") && Catch::Contains("62.3 %") &&
                       Catch::Contains("In short") && Catch::Contains("This shows how far each came") &&
                       Catch::Contains("It does not show which is the better model"));
  CHECK_THAT(text, !Catch::Contains("common footing"));
  const auto json = program.json("diff baseline/gpt baseline/bert");
  CHECK(json["comparable"] == false);
  CHECK(json["common_footing"].empty());
  CHECK(json["loss_scale"]["a"]["share_of_uniform"] == Approx(6.50891508879485 / std::log(50257.0)));
}

TEST_CASE("diff counts the settings that only one run records instead of listing them", "[store]") {
  Program program;
  RunInfo info;
  info.name = "small";
  info.runner = this_process();
  info.origins = {{"dataset.split.size", "small.yaml:2"}, {"training.seed", "default"}};
  info.origins["training.learning_rate"] = "default";
  const NewRun run = create_run(program.results(), info, "", folio::runs::test::small_experiment());
  EventWriter(run.folder.events()).finished();
  std::string text = program.run("diff baseline/gpt " + run.info.id);
  CHECK_THAT(text, Catch::Contains("dataset.split.size") && !Catch::Contains("training.seed") &&
                       Catch::Contains("2 more settings stand in B alone"));
  text = program.run("diff --all baseline/gpt " + run.info.id);
  CHECK_THAT(text, Catch::Contains("training.seed") && Catch::Contains("Settings that are the same"));
}

TEST_CASE("diff in a narrow terminal keeps to 80 columns but for tables", "[store]") {
  Program program;
  finished(program.results(), "first", 6.5);
  ::usleep(2000);
  const NewRun second = finished(program.results(), "second", 6.25);
  EventWriter(second.folder.events()).points(20, 1, {{"loss", 5.0}});
  std::istringstream lines(program.run("diff"));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    CHECK(display_width(line) <= 80);
  }
  CHECK(count > 30);
  CHECK_THAT(program.run("diff"), Catch::Contains("Training loss") && Catch::Contains("┤") && Catch::Contains(" A\n"));
}

TEST_CASE("diff prints Markdown", "[store]") {
  Program program;
  const std::string text = program.run("diff baseline/gpt baseline/bert --md");
  CHECK_THAT(text, Catch::Contains("## Metrics\n") && Catch::Contains("| train_loss | 6.5089 | 6.4352 |") &&
                       Catch::Contains("- **differs** objective: causal | masked."));
}

TEST_CASE("diff tells scripts by its exit code whether two runs have the same result", "[store]") {
  Program program;
  const auto whole = [&](double loss) {
    const NewRun run = finished(program.results(), "whole", loss);
    EventWriter writer(run.folder.events());
    writer.facts({{"data_hash", "d"}, {"stand_in", false}, {"objective", "causal"}, {"loss_definition", "1"}});
    writer.facts({{"vocab_size", 1000}, {"tokenizer_hash", "t"}});
    writer.environment({{"precision", "float32"}, {"processor", "A"}, {"processors", 2}, {"threads", 2}});
    return run.info.id;
  };
  const std::string a = whole(6.5);
  const std::string b = whole(6.5);
  const std::string c = whole(6.25);
  program.run("diff --exit-code " + a + " " + b);
  CHECK(program.exit_code() == 1);  // the plugins' builds are not known
  program.run("diff " + a + " " + c);
  CHECK(program.exit_code() == 0);
  program.run("diff --exit-code --json " + a + " " + c);
  CHECK(program.exit_code() == 1);
}

TEST_CASE("a run that does not exist is a mistake in the command line", "[store]") {
  Program program;
  CHECK(program.refusal("show latest") == "there are no runs yet");
  CHECK(program.refusal("show baseline/gtp") == "there is no run 'baseline/gtp'; did you mean 'baseline/gpt'?");
  CHECK_THAT(program.refusal("diff"), Catch::Contains("there are fewer than two runs so far"));
  const NewRun run = finished(program.results(), "small", 6.5);
  CHECK_THAT(program.refusal("diff"), Catch::Contains("there are fewer than two runs so far"));
  CHECK_THAT(program.refusal("diff small"), Catch::Contains("both are run " + run.info.id));
}

TEST_CASE("ls filters, sorts and cuts", "[store]") {
  Program program;
  finished(program.results(), "first", 6.5);
  finished(program.results(), "second", 6.25);
  CHECK(program.json("ls --where 'train_loss<6.4'")["runs"].size() == 1);
  CHECK(program.json("ls --where 'train_loss<6.4'")["runs"][0]["name"] == "second");
  const auto sorted = program.json("ls --sort-by train_loss --limit 3")["runs"];
  REQUIRE(sorted.size() == 3);
  CHECK(sorted[0]["name"] == "second");
  CHECK(sorted[1]["id"] == "baseline/bert");
  CHECK(sorted[2]["name"] == "first");
  CHECK(program.json("ls --sort-by train_loss --descending")["runs"][0]["id"] == "baseline/gpt");
}

TEST_CASE("compare tabulates the finished runs, or those that are named", "[store]") {
  Program program;
  const NewRun first = finished(program.results(), "first", 6.5);
  finished(program.results(), "second", 6.25);
  make_run(program.results(), "not begun");
  CHECK(program.json("compare")["rows"].size() == 4);
  const auto two = program.json("compare second first --metrics train_loss --sort-by train_loss");
  REQUIRE(two["rows"].size() == 2);
  CHECK(two["rows"][0]["metrics"]["train_loss"] == 6.25);
  CHECK(two["rows"][1]["id"] == first.info.id);
  CHECK(two["rows"][0]["settings"].empty());
  CHECK(program.json("compare --where 'state=created'")["rows"].size() == 1);
  CHECK_THAT(program.run("compare --md"), Catch::StartsWith("| id | name |") && Catch::Contains("runner diff A B"));
  CHECK_THAT(program.refusal("compare --where 'sate=created'"), Catch::Contains("did you mean 'state'?"));
}

TEST_CASE("tag, note and name are kept with the run, and a baseline has none", "[store]") {
  Program program;
  const NewRun run = finished(program.results(), "first", 6.5);
  CHECK_THAT(program.run("tag first good long"), Catch::Contains("tags good, long"));
  program.run("tag first --remove long");
  program.run("note first 'a first try'");
  program.run("name first renamed");
  program.run("reindex");
  const auto json = program.json("show renamed");
  CHECK(json["id"] == run.info.id);
  CHECK(json["tags"] == nlohmann::json{"good"});
  CHECK(json["note"] == "a first try");
  CHECK_THAT(program.run("show"), Catch::Contains("tags good") && Catch::Contains("a first try"));
  CHECK_THAT(program.refusal("tag baseline/gpt good"), Catch::Contains("comes with Folio"));
  CHECK_THAT(program.refusal("tag latest a,b"), Catch::Contains("a tag is a word"));
}

TEST_CASE("rm, restore and purge", "[store]") {
  Program program;
  const NewRun run = finished(program.results(), "first", 6.5);
  finished(program.results(), "second", 6.25);
  program.run("rm first");
  CHECK(program.json("ls")["runs"].size() == 3);
  CHECK_THAT(program.refusal("show " + run.info.id), Catch::Contains("there is no run"));
  CHECK_THAT(program.run("restore"), Catch::Contains(run.info.id));
  CHECK_THAT(program.refusal("restore frist"), Catch::Contains("did you mean 'first'?"));
  program.run("restore first");
  CHECK(program.json("ls")["runs"].size() == 4);
  program.run("rm first");
  program.run("purge -y");
  CHECK_THAT(program.refusal("restore first"), Catch::Contains("the trash is empty"));
}

TEST_CASE("metrics says what a metric means") {
  Program program;
  CHECK_THAT(program.run("metrics"), Catch::Contains("train_loss") && Catch::Contains("perplexity"));
  const std::string text = program.run("metrics eval_romeo_loss");
  CHECK_THAT(text, Catch::StartsWith("eval_<document>_loss (nats per token; lower is better)") &&
                       Catch::Contains("The evaluation loss on this document only.") && !Catch::Contains("`"));
  CHECK_THAT(program.run("metrics train_steps_per_second"),
             Catch::Contains("global_step / T") && Catch::Contains("Here n is"));
  CHECK(program.json("metrics perplexity")["definition"] == "exp(`eval_loss`).");
  CHECK_THAT(program.refusal("metrics eval_los"), Catch::Contains("did you mean 'eval_loss'?"));
}
