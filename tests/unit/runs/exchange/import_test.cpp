#include "runs/exchange/import.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "runs/exchange/export.h"
#include "runs/exchange/tensorboard.h"
#include "runs/record/facts.h"
#include "support/files.h"
#include "unit/runs/exchange/imports.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::bytes_of;
using folio::runs::test::count_of_runs;
using folio::runs::test::import_one;
using folio::runs::test::loaded;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::put;
using folio::runs::test::refusal;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

// From tests/reference/tensorboard_event.py, with tensorboard 2.21.0 and protobuf 7.36.2: the header, a simple_value of
// `loss` in step 300, a tensor of `eval/loss` in step 301.
const std::string kHeader =
    bytes_of("1800000000000000a37f4b2209000000000000e03f1a0d627261696e2e4576656e743a3266f7e1a8");
const std::string kSimpleValue =
    bytes_of("1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000d0407c128894");
const std::string kTensor = bytes_of(
    "2500000000000000eabc36f309000000000000044010ad022a170a150a096576616c2f6c6f7373420808012a040000c8406e685b56");

// As transformers 5 writes it: Python's json with indent 2, NaN bare.
constexpr const char* kTrainerState = R"({
  "epoch": 1.0,
  "global_step": 4,
  "max_steps": 4,
  "num_train_epochs": 1,
  "train_batch_size": 8,
  "log_history": [
    {"epoch": 0.5, "grad_norm": NaN, "learning_rate": 5e-05, "loss": 6.5, "step": 2},
    {"epoch": 1.0, "grad_norm": -Infinity, "learning_rate": 2.5e-05, "loss": 6.25, "step": 4},
    {"epoch": 1.0, "eval_loss": 6.3, "eval_runtime": 0.5, "step": 4},
    {"epoch": 1.0, "step": 4, "total_flos": 1e12, "train_loss": 6.375, "train_runtime": 12.5, "comment": "NaN \"x\""}
  ]
})";

}  // namespace

TEST_CASE("a run folder of another machine is imported under its own id") {
  const ScratchFolder here, there;
  const NewRun run = make_run(there.path(), "far");
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.points(1, 0.5, {{"loss", 6.5}});
  const ImportReport report = import_one(here, run.folder.path());
  CHECK(report.id == run.info.id);
  CHECK(report.points == 1);
  REQUIRE(report.unread.size() == 1);
  CHECK_THAT(report.unread[0], Catch::Contains("here it is interrupted"));
  const Run imported = loaded(here, report.id);
  CHECK(imported.summary.state == RunState::interrupted);
  CHECK(imported.summary.metrics.at("loss") == 6.5);
  CHECK(imported.settings == folio::runs::test::small_experiment());
  CHECK(import_one(here, run.folder.path()).unchanged);
  writer.points(2, 0.6, {{"loss", 6.25}});
  CHECK_THAT(refusal(here, run.folder.path()), Catch::Contains("with different contents"));
}

TEST_CASE("of a folder of run folders each is imported, and one that cannot be keeps none out") {
  const ScratchFolder here, there;
  std::vector<Run> runs;
  for (const char* name : {"one", "two", "three"}) {
    const NewRun made = folio::runs::test::make_run(here.path(), name);
    EventWriter writer(made.folder.events());
    writer.points(1, 0.5, {{"loss", 6.5}});
    writer.finished();
    runs.push_back(folio::runs::test::loaded(here, made.info.id));
  }
  const fs::path folder = here.path() / "exported";
  export_folder(runs, folder);
  const ImportResult result = import_runs(there.path(), folder);
  REQUIRE(result.runs.size() == 3);
  CHECK((result.failed.empty() && result.passed_over.empty()));
  for (const Run& run : runs) CHECK(folio::runs::test::loaded(there, run.summary.id).summary.name == run.summary.name);
  for (const ImportReport& report : import_runs(there.path(), folder).runs) CHECK(report.unchanged);

  const ScratchFolder other;
  std::ofstream(folder / runs[1].summary.id / "run.json") << "{";
  fs::create_directories(folder / "notes");
  fs::create_symlink(runs[0].summary.id, folder / "latest");
  fs::create_symlink(here.path(), folder / "away");
  const ImportResult partly = import_runs(other.path(), folder);
  CHECK(partly.runs.size() == 2);
  REQUIRE(partly.failed.size() == 1);
  CHECK(partly.failed[0].path.filename() == runs[1].summary.id);
  REQUIRE(partly.passed_over.size() == 2);
  CHECK_THAT(partly.passed_over[0], Catch::Contains("away: a link that leads out of the folder"));
  CHECK_THAT(partly.passed_over[1], Catch::Contains("notes: is not a run folder"));
  CHECK(folio::runs::test::count_of_runs(other) == 2);
}

TEST_CASE("a baseline is imported under a new id") {
  const ScratchFolder scratch;
  const ImportReport report = import_one(scratch, fs::path(FOLIO_SOURCE_DIR) / "results" / "baselines" / "gpt");
  CHECK(report.id.find('/') == std::string::npos);
  CHECK(loaded(scratch, report.id).summary.metrics.at("train_loss") == 6.50891508879485);
}

TEST_CASE("the Trainer's evaluation of GPT-2 is known to be scaled, and of no other is it called Folio's") {
  const auto definition = [](const char* config) {
    const ScratchFolder scratch;
    const fs::path file = put(scratch, "out/trainer_state.json", kTrainerState);
    put(scratch, "out/config.json", config);
    return facts_from_json(loaded(scratch, import_one(scratch, file).id).facts).eval_loss_definition;
  };
  const auto scaled = definition(R"({"architectures": ["GPT2LMHeadModel"], "transformers_version": "5.24.0"})");
  REQUIRE(scaled);
  CHECK_THAT(*scaled, Catch::Contains("before the shift"));
  CHECK(definition(R"({"architectures": ["GPT2LMHeadModel"], "transformers_version": "4.57.6"})") == scaled);
  for (const char* config : {R"({"architectures": ["LlamaForCausalLM"], "transformers_version": "5.24.0"})",
                             R"({"architectures": ["GPT2LMHeadModel"], "transformers_version": "4.30.0"})",
                             R"({"architectures": ["GPT2LMHeadModel"], "transformers_version": "dev"})",
                             R"({"architectures": ["GPT2LMHeadModel"]})", R"({"architectures": "GPT2LMHeadModel"})",
                             R"({"model_type": "gpt2", "transformers_version": 5.24})"}) {
    CAPTURE(config);
    CHECK_FALSE(definition(config));
  }
}

TEST_CASE("trainer_state.json of Hugging Face's Trainer is imported") {
  const ScratchFolder scratch;
  const fs::path file = put(scratch, "gpt2-out/trainer_state.json", kTrainerState);
  put(scratch, "gpt2-out/config.json", R"({"model_type": "gpt2", "n_embd": 64})");
  const ImportReport report = import_one(scratch, GENERATE(true, false) ? file : file.parent_path());
  CHECK(report.name == "gpt2-out");
  CHECK(report.points == 8);
  REQUIRE(report.unread.size() == 1);
  CHECK_THAT(report.unread[0], Catch::Contains("step 4: comment is not a number"));
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.state == RunState::finished);
  CHECK(run.summary.metrics.at("train_loss") == 6.375);
  CHECK(run.summary.metrics.at("eval_loss") == 6.3);
  CHECK(run.summary.metrics.at("global_step") == 4);
  CHECK(run.settings["training"]["per_device_train_batch_size"] == 8);
  CHECK(run.settings["model"]["type"] == "gpt2");
  Store store = open(scratch);
  const auto norms = store.points(report.id, "grad_norm");
  REQUIRE(norms.size() == 2);
  CHECK(std::isnan(norms[0].value));
  CHECK(norms[1].value == -std::numeric_limits<double>::infinity());
}

TEST_CASE("of a Trainer's output folder the last checkpoint counts, and a run that stopped early is interrupted") {
  const ScratchFolder scratch;
  put(scratch, "out/checkpoint-90/trainer_state.json", R"({"global_step": 90, "max_steps": 200, "log_history": []})");
  put(scratch, "out/checkpoint-100/trainer_state.json",
      R"({"global_step": 100, "max_steps": 200, "log_history": [{"step": 100, "loss": 5.5}]})");
  const ImportReport report = import_one(scratch, scratch.path() / "other" / "out");
  CHECK(report.name == "out");
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.state == RunState::interrupted);
  CHECK(run.summary.metrics.at("loss") == 5.5);
}

TEST_CASE("plain JSON is imported, as an object of numbers and as what export writes") {
  const ScratchFolder scratch;
  const ImportReport plain = import_one(
      scratch, put(scratch, "bert.json", R"({"train_loss": 6.4, "train_runtime": 765.0489, "device": "cpu"})"));
  CHECK(plain.name == "bert");
  CHECK(plain.unread == std::vector<std::string>{"device is not a number"});
  CHECK(loaded(scratch, plain.id).summary.metrics.at("train_runtime") == 765.0489);

  const ImportReport whole = import_one(
      scratch, put(scratch, "x.json", R"({"name": "mine", "state": "finished", "settings": {"training": {"seed": 7}},
                   "metrics": {"train_loss": "NaN"}, "points": {"loss": [[1, 6.5], [2, "Infinity"], ["a", 1]]}})"));
  CHECK(whole.name == "mine");
  CHECK(whole.points == 2);
  CHECK(whole.unread == std::vector<std::string>{"points.loss: 1 that are not [step, value]"});
  const Run run = loaded(scratch, whole.id);
  CHECK(std::isnan(run.summary.metrics.at("train_loss")));
  CHECK(run.settings["training"]["seed"] == 7);
}

TEST_CASE("MLflow's file store is imported run by run") {
  const ScratchFolder scratch;
  put(scratch, "mlruns/0/meta.yaml", "experiment_id: '0'\nname: Default\n");
  for (const std::string run : {"aa", "bb"}) {
    const std::string folder = "mlruns/0/" + run + "/";
    put(scratch, folder + "meta.yaml",
        "run_id: " + run + "\nrun_name: swift-" + run + "\nstatus: " + (run == "aa" ? "3" : "4") + "\n");
    put(scratch, folder + "params/learning_rate", "1e-4");
    put(scratch, folder + "params/optimizer", "adamw");
    put(scratch, folder + "metrics/loss", "1700000000000 6.5 1\n1700000001000 nan 2\nbroken\n");
    put(scratch, folder + "metrics/eval/loss", "1700000001000 6.25 2\n");
  }
  const auto reports = import_runs(scratch.path(), scratch.path() / "other" / "mlruns").runs;
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].name == "swift-aa");
  CHECK(reports[0].points == 3);
  CHECK(reports[0].unread == std::vector<std::string>{"metrics/loss, line 3: expected 'milliseconds value step'"});
  const Run run = loaded(scratch, reports[0].id);
  CHECK(run.summary.state == RunState::finished);
  CHECK(run.settings["learning_rate"] == 1e-4);
  CHECK(run.settings["optimizer"] == "adamw");
  CHECK(run.summary.metrics.at("eval/loss") == 6.25);
  CHECK(std::isnan(run.summary.metrics.at("loss")));
  CHECK(loaded(scratch, reports[1].id).summary.state == RunState::failed);
}

TEST_CASE("TensorBoard's event files are imported, a run for each folder") {
  const ScratchFolder scratch;
  put(scratch, "logs/first/events.out.tfevents.1.host", kHeader + kSimpleValue);
  put(scratch, "logs/first/events.out.tfevents.2.host", kHeader + kTensor);
  const fs::path second = put(scratch, "logs/second/events.out.tfevents.1.host", kHeader + kSimpleValue);
  const auto reports = import_runs(scratch.path(), scratch.path() / "other" / "logs").runs;
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].name == "first");
  CHECK(reports[0].points == 2);
  CHECK(reports[0].unread.empty());
  const Run run = loaded(scratch, reports[0].id);
  CHECK(run.summary.state == RunState::finished);
  CHECK(run.summary.metrics.at("loss") == 6.5);
  CHECK(run.summary.metrics.at("eval_loss") == 6.25);
  CHECK(import_one(scratch, second).name == "second");
}

TEST_CASE("of a broken event file what stands before the break is imported, and the break is named") {
  const ScratchFolder scratch;
  const std::string whole = kHeader + kSimpleValue;
  const fs::path file = put(scratch, "logs/events.out.tfevents.1.host", whole + kTensor.substr(0, 20));
  const ImportReport report = import_one(scratch, file);
  CHECK(report.points == 1);
  CHECK(report.unread == std::vector<std::string>{"events.out.tfevents.1.host: byte " + std::to_string(whole.size()) +
                                                  ": a record is cut off"});
  put(scratch, "broken/events.out.tfevents.1.host", "not an event file at all");
  CHECK_THAT(refusal(scratch, scratch.path() / "other" / "broken"),
             Catch::Contains("no scalars can be read") && Catch::Contains("byte 0: no record begins here"));
}

TEST_CASE("files and folders may be named from where one is, with a slash at the end too") {
  const ScratchFolder scratch;
  put(scratch, "run-7/events.out.tfevents.1.host", kHeader + kSimpleValue);
  put(scratch, "run-7/trainer_state.json", R"({"log_history": [{"loss": 3.5, "step": 10}]})");
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path() / "other" / "run-7");
  const ImportReport events = import_one(scratch, "events.out.tfevents.1.host");
  const ImportReport state = import_one(scratch, "trainer_state.json");
  fs::current_path(scratch.path() / "other");
  const ImportReport folder = import_one(scratch, "run-7/");
  fs::current_path(before);
  for (const ImportReport& each : {events, state, folder}) CHECK(each.name == "run-7");
}

TEST_CASE("an event file may be broken at any byte") {
  const std::string whole = kHeader + kSimpleValue + kTensor;
  REQUIRE(read_tensorboard(whole).scalars.size() == 2);
  CHECK(read_tensorboard(whole).problem.empty());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    const std::size_t whole_records = i < kHeader.size() + kSimpleValue.size() ? 0 : 1;
    CHECK(read_tensorboard(whole.substr(0, i)).scalars.size() == whole_records);
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    CHECK(read_tensorboard(changed).scalars.size() == whole_records);
    CHECK_FALSE(read_tensorboard(changed).problem.empty());
  }
}

TEST_CASE("a record with right checksums and wrong contents is no event, or one without scalars") {
  const auto record_of = [](const std::string& payload) {
    const auto number = [](std::uint64_t value, int bytes) {
      std::string text;
      for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
      return text;
    };
    const std::string length = number(payload.size(), 8);
    return length + number(masked_crc32c(length), 4) + payload + number(masked_crc32c(payload), 4);
  };
  const std::string payload = kTensor.substr(12, kTensor.size() - 16);
  REQUIRE(read_tensorboard(record_of(payload)).scalars.size() == 1);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    for (const int flip : {0x01, 0x08, 0x80, 0xff}) {
      std::string changed = payload;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      CHECK(read_tensorboard(record_of(changed)).scalars.size() <= 1);
    }
    CHECK(read_tensorboard(record_of(payload.substr(0, i))).scalars.size() <= 1);
  }
}

TEST_CASE("what is no run is refused with what could be imported") {
  const ScratchFolder scratch;
  fs::create_directories(scratch.path() / "empty");
  CHECK_THAT(refusal(scratch, scratch.path() / "empty"), Catch::Contains("expected a run folder"));
  CHECK_THAT(refusal(scratch, scratch.path() / "none"), Catch::Contains("there is no such file"));
  CHECK_THAT(refusal(scratch, put(scratch, "a.json", "[1]")), Catch::Contains("expected a JSON object"));
  CHECK_THAT(refusal(scratch, put(scratch, "b.json", "{\"a\": ")),
             Catch::Contains("is not valid JSON: it ends in the middle of a value"));
  CHECK_THAT(refusal(scratch, put(scratch, "c.json", "{}")), Catch::Contains("has no metrics"));
  CHECK_THAT(refusal(scratch, put(scratch, "d/trainer_state.json", "{}")), Catch::Contains("no list 'log_history'"));
  Store store = open(scratch);
  store.sync();
  CHECK(store.list().empty());
}
