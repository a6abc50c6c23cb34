// Files as other programs left them: tests/reference/exchange, made by exchange_files.py, and variants of them.

#include <fmt/format.h>
#include <sqlite3.h>

#include <boost/crc.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "runs/exchange/import.h"
#include "runs/exchange/read_values.h"
#include "runs/exchange/wandb_log.h"
#include "unit/runs/exchange/imports.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::count_of_runs;
using folio::runs::test::curve;
using folio::runs::test::has;
using folio::runs::test::import_one;
using folio::runs::test::kInfinity;
using folio::runs::test::loaded;
using folio::runs::test::put;
using folio::runs::test::reference_file;
using folio::runs::test::refusal;
using folio::runs::test::report_of;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

fs::path make_database(const ScratchFolder& scratch, const std::string& name, const std::string& sql) {
  const fs::path file = put(scratch, name, "");
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  return file;
}

/// A file-store run with what its meta.yaml has behind run_id and status.
void put_mlflow_run(const ScratchFolder& scratch, const std::string& id, const std::string& meta) {
  put(scratch, "mlruns/7/" + id + "/meta.yaml", "run_id: " + id + "\nstatus: 3\n" + meta);
  put(scratch, "mlruns/7/" + id + "/metrics/loss", "1700000000000 6.5 1\n");
}

/// A record of a .wandb log in pieces, as LevelDB's framing has it, at this offset of the file.
std::string framed(const std::string& record, std::size_t at) {
  constexpr std::size_t kBlock = 32768, kHeader = 7;
  std::string bytes;
  for (std::size_t done = 0, piece = 0; done < record.size() || piece == 0; ++piece) {
    const std::size_t left = kBlock - (at + bytes.size()) % kBlock;
    if (left < kHeader) bytes.append(left, '\0');
    const std::size_t room = kBlock - (at + bytes.size()) % kBlock - kHeader;
    const std::string data = record.substr(done, room);
    done += data.size();
    const bool last = done == record.size();
    const char type = static_cast<char>(piece == 0 ? (last ? 1 : 2) : (last ? 4 : 3));
    boost::crc_32_type crc;
    crc.process_byte(static_cast<unsigned char>(type));
    crc.process_bytes(data.data(), data.size());
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc.checksum() >> 8 * i & 0xff);
    bytes += static_cast<char>(data.size() & 0xff);
    bytes += static_cast<char>(data.size() >> 8);
    bytes += type + data;
  }
  return bytes;
}

/// A field of a protocol buffer: its key, its size and its bytes.
std::string field(const std::string& key, const std::string& bytes) {
  std::string size;
  std::size_t number = bytes.size();
  for (; number >= 0x80; number >>= 7) size += static_cast<char>(number | 0x80);
  return key + size + static_cast<char>(number) + bytes;
}

}  // namespace

TEST_CASE("MLflow's SQLite store is imported with names, dates, tags, notes and numbers that are not finite") {
  const ScratchFolder scratch;
  const fs::path file = make_database(scratch, "store/mlflow.db", reference_file("mlflow.sql"));
  const ImportResult result = import_runs(scratch.path(), GENERATE(true, false) ? file : file.parent_path());
  CHECK(result.runs.size() == 4);  // one was deleted, the logged model is none
  CHECK(has(result.passed_over, "(thrown away) was deleted"));
  report_of(result, "123");
  CHECK(loaded(scratch, report_of(result, "failed").id).summary.state == RunState::failed);
  const ImportReport& report = report_of(result, "it's: a \"quoted\" # name");
  CHECK(report.unread ==
        std::vector<std::string>{
            "at once: 1 values of steps that were logged more than once; the last value of each step is used"});
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.note == "a note\nsecond line");
  CHECK(run.summary.tags == std::set<std::string>{"team=nlp", "two_words=1_2"});
  CHECK_THAT(run.summary.created, Catch::StartsWith("2026-11-28T15:37:3"));
  CHECK(run.summary.state == RunState::finished);
  CHECK(
      run.settings ==
      nlohmann::json{{"lr", 1e-4}, {"layers", 2}, {"opt", "adamw"}, {"empty", ""}, {"big", "12345678901234567890123"}});
  CHECK(curve(scratch, report.id).back() == std::pair<std::int64_t, double>(40, 3.0));
  CHECK(curve(scratch, report.id, "at once") == std::vector<std::pair<std::int64_t, double>>{{0, 2.0}});
  const auto bad = curve(scratch, report.id, "bad");
  REQUIRE(bad.size() == 3);
  CHECK((std::isnan(bad[0].second) && bad[1].second == kInfinity && bad[2].second == -kInfinity));
  CHECK_FALSE(run.summary.metrics.contains("epoch"));  // nobody said it
}

TEST_CASE("a database that is none of MLflow's is named as what it is, and so is a damaged one") {
  const ScratchFolder scratch;
  CHECK_THAT(refusal(scratch, make_database(scratch, "other.db", "CREATE TABLE trials (id INTEGER)")),
             Catch::Contains("without the table 'experiments'"));
  const fs::path file = make_database(scratch, "damaged.db", reference_file("mlflow.sql"));
  std::string bytes = read_file(file);
  bytes.replace(100, bytes.size() / 2, bytes.size() / 2, '\xff');
  CHECK_THAT(refusal(scratch, put(scratch, "damaged.db", bytes)), Catch::Contains("damaged.db: cannot be read"));
  CHECK(count_of_runs(scratch) == 0);
}

TEST_CASE("names in MLflow's meta.yaml are YAML") {
  const auto [written, name] = GENERATE(table<std::string, std::string>({
      {"run_name: 'it''s: a \"name\" # no comment'", "it's: a \"name\" # no comment"},
      {"run_name: \"tab\\tand \\u00e9\"", "tab and \u00e9"},
      {"run_name: '123'", "123"},
      {"run_name: 123", "123"},
      {"run_name: a long name that\n  goes on in the next line", "a long name that goes on in the next line"},
      {"run_name: \"two lines \\nand\n  a fold\"", "two lines  and a fold"},
      {"run_name: null", "aa"},
      {"run_name: ''", "aa"},
      {"run_name: caf\xe9", "caf\ufffd"},
      {"run_name: [caf\xe9, {\"\xff\": 1}]", "[\"caf\ufffd\",{\"\ufffd\":1}]"},
  }));
  const ScratchFolder scratch;
  put_mlflow_run(scratch, "aa", written + "\n");
  const ImportReport report = import_one(scratch, scratch.path() / "other/mlruns");
  CHECK((report.own_name.empty() ? report.name : report.own_name) == name);
}

TEST_CASE("of MLflow's file store deleted runs and logged models are no runs, and dates, tags and notes come over") {
  const ScratchFolder scratch;
  put(scratch, "mlruns/7/meta.yaml", "experiment_id: '7'\nname: books\nlifecycle_stage: active\n");
  put_mlflow_run(scratch, "aa", "lifecycle_stage: active\nstart_time: 1700000000123\nend_time: 1700000009000\n");
  put(scratch, "mlruns/7/aa/tags/mlflow.note.content", "what it was for");
  put(scratch, "mlruns/7/aa/tags/mlflow.runName", "named-by-a-tag");
  put(scratch, "mlruns/7/aa/tags/good", "");
  put(scratch, "mlruns/7/aa/metrics/none", "");
  put_mlflow_run(scratch, "bb", "lifecycle_stage: deleted\n");
  put(scratch, "mlruns/7/models/m-1/meta.yaml", "model_id: m-1\nname: a model\n");
  put(scratch, "mlruns/7/models/m-1/metrics/acc", "1700000000000 0.5 0\n");
  put(scratch, "mlruns/7/cc/meta.yaml", "run_id: [\n");
  const ImportResult result = import_runs(scratch.path(), scratch.path() / "other/mlruns");
  REQUIRE(result.runs.size() == 1);
  CHECK(has(result.passed_over, "bb: was deleted in MLflow"));
  CHECK(has(result.passed_over, "m-1: is a logged model"));
  CHECK(has(result.passed_over, "cc/meta.yaml: is not YAML: line 2, column 1: end of sequence flow not found"));
  CHECK(result.runs[0].unread == std::vector<std::string>{"metrics/none: is empty"});
  const Run run = loaded(scratch, result.runs[0].id);
  CHECK(run.summary.name == "named-by-a-tag");
  CHECK(run.summary.note == "what it was for");
  CHECK(run.summary.tags == std::set<std::string>{"good"});
  CHECK(run.summary.created == "2023-11-14T22:13:20.123Z");
  CHECK(run.facts["mlflow_experiment"] == "books");
  fs::remove_all(scratch.path() / "other/mlruns/7/aa");
  CHECK_THAT(refusal(scratch, scratch.path() / "other/mlruns"), Catch::Contains("has no run"));
}

TEST_CASE("an offline run of Weights & Biases is imported from its log") {
  const ScratchFolder scratch;
  const fs::path log = put(scratch, "wandb/offline-run-20231114_221320-abc/run-abc.wandb", reference_file("wandb.hex"));
  fs::path path = log;  // or a folder above it
  for (int above = GENERATE(0, 1, 2, 3); above > 0; --above) path = path.parent_path();
  const ImportReport report = import_one(scratch, path);
  CHECK(report.format == "Weights & Biases");
  CHECK(report.name == "a-quoted-name");
  CHECK(report.own_name == "a \"quoted\": name");
  CHECK(report.unread == std::vector<std::string>{"comment: 3 values that are not numbers"});
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.state == RunState::finished);
  CHECK(run.summary.note == "a note\nsecond line");
  CHECK(run.summary.tags == std::set<std::string>{"good", "two_words"});
  CHECK(run.summary.created == "2023-11-14T22:13:20.000Z");
  CHECK(run.settings == nlohmann::json{{"lr", 0.001}, {"epochs", 3}, {"model", {{"type", "gpt"}, {"layers", 2}}}});
  CHECK(run.facts["wandb_project"] == "books");
  CHECK(run.environment["host"] == "node7");
  CHECK(run.summary.metrics.at("best") == 2.5);
  CHECK(curve(scratch, report.id) == std::vector<std::pair<std::int64_t, double>>{{0, 5}, {10, 4.5}, {20, 4}});
  CHECK(curve(scratch, report.id, "head.0").size() == 3);
  const auto eval = curve(scratch, report.id, "eval_loss");
  REQUIRE(eval.size() == 3);
  CHECK(std::isnan(eval[1].second));
}

TEST_CASE("a log of Weights & Biases may be broken at any byte") {
  const std::string whole = reference_file("wandb.hex");
  REQUIRE(read_wandb_log(whole).history.size() == 3);
  CHECK(read_wandb_log(whole).problem.empty());
  CHECK(read_wandb_log(whole).exit_code == 0);
  for (std::size_t i = 7; i < whole.size(); ++i) {
    CHECK(read_wandb_log(whole.substr(0, i)).history.size() <= 3);
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    CHECK_FALSE(read_wandb_log(changed).problem.empty());
  }
  const ScratchFolder scratch;
  const ImportReport report = import_one(scratch, put(scratch, "run-x.wandb", whole.substr(0, whole.size() - 4)));
  CHECK(has(report.unread, "a record is cut off"));
  CHECK(loaded(scratch, report.id).summary.state == RunState::interrupted);
  CHECK_THAT(refusal(scratch, put(scratch, "run-y.wandb", "something else")),
             Catch::Contains("does not begin like a Weights & Biases log"));
}

TEST_CASE("a value that Weights & Biases puts into very many objects is not read") {
  std::string log = reference_file("wandb.hex");
  std::string item;  // ConfigItem{nested_key 2, value_json 16}
  for (int i = 0; i < 60'000; ++i) item += field("\x12", "a");
  item += field("\x82\x01", "1");
  log += framed(field("\x2a", field("\x0a", item)), log.size());
  const WandbLog read = read_wandb_log(log);
  CHECK(read.problem.empty());
  CHECK(read.bad_values == 1);
  CHECK_FALSE(read.config.contains("a"));
}

TEST_CASE("a record of Weights & Biases may go over blocks of 32 KiB") {
  std::string log = reference_file("wandb.hex");
  const std::string text(100'000, 'x');
  // Record{config 5: ConfigRecord{update 1: ConfigItem{key 1, value_json 16}}}
  const std::string item = field("\x0a", "long") + field("\x82\x01", "\"" + text + "\"");
  log += framed(field("\x2a", field("\x0a", item)), log.size());
  const WandbLog read = read_wandb_log(log);
  CHECK(read.problem.empty());
  CHECK(read.config["long"] == text);
}

TEST_CASE("of a W&B folder without its log the config and the summary are imported") {
  const ScratchFolder scratch;
  const std::string folder = "wandb/run-20231114_221320-xyz/files/";
  put(scratch, folder + "config.yaml", "wandb_version: 1\n_wandb:\n  value: {}\nlr:\n  desc: null\n  value: 0.001\n");
  put(scratch, folder + "wandb-summary.json", R"({"loss": 2.5, "_step": 7, "_wandb": {"runtime": 3}, "bad": NaN})");
  put(scratch, folder + "wandb-metadata.json", R"({"startedAt": "2023-11-14T22:13:20.500000Z", "host": "node7"})");
  const ImportReport report = import_one(scratch, scratch.path() / "other/wandb");
  CHECK(has(report.unread, "there is no run-*.wandb"));
  const Run run = loaded(scratch, report.id);
  CHECK(run.settings == nlohmann::json{{"lr", 0.001}});
  CHECK(run.summary.metrics.at("loss") == 2.5);
  CHECK(std::isnan(run.summary.metrics.at("bad")));
  CHECK(run.summary.created == "2023-11-14T22:13:20.500Z");
}

TEST_CASE("histories are imported from CSV and JSON lines") {
  const ScratchFolder scratch;
  const auto [name, text] = GENERATE(table<std::string, std::string>({
      {"api.csv",
       ",_step,_timestamp,train/loss,note\n0,1,1700000000.5,6.5,x\n1,2,1700000001,,y\n2,3,1700000002,inf,\n"},
      {"chart.csv", "\"Step\",\"sweep - 1 - loss\",\"sweep - 1 - loss__MIN\"\n\"1\",\"6.5\",\"6.5\"\n3,inf,inf\n"},
      {"wide.csv", "step;epoch;loss\r\n1;0.5;6.5\r\n3;1;inf\r\n"},
      {"history.jsonl", "{\"_step\": 1, \"loss\": 6.5}\n{\"_step\": 3, \"loss\": Infinity}\n"},
      {"nested.jsonl",
       "\n{\"step\": 1, \"loss\": 6.5, \"a\": {\"b\": 1}}\nbroken\n{\"step\": 3.0, \"loss\": \"Infinity\"}"},
  }));
  const ImportReport report = import_one(scratch, put(scratch, name, text));
  CHECK(curve(scratch, report.id) == std::vector<std::pair<std::int64_t, double>>{{1, 6.5}, {3, kInfinity}});
  const bool told = name == "api.csv" || name == "nested.jsonl";
  CHECK(report.unread.size() == (told ? 1 : 0));
  CHECK((report.own_name.empty() ? report.name : report.own_name) ==
        (name == "chart.csv" ? "sweep - 1" : fs::path(name).stem()));
}

TEST_CASE("of a table's step that stands twice the last row counts, and that is said") {
  const ScratchFolder scratch;
  const ImportReport report = import_one(scratch, put(scratch, "a.csv", "step,loss\n1,3\n1,2\n"));
  CHECK(curve(scratch, report.id) == std::vector<std::pair<std::int64_t, double>>{{1, 2.0}});
  CHECK(has(report.unread, "loss: 1 values of steps that were logged more than once"));
}

TEST_CASE("a table without a step, or without numbers, is refused with what was expected") {
  const ScratchFolder scratch;
  CHECK_THAT(refusal(scratch, put(scratch, "a.csv", "loss,lr\n1,2\n")), Catch::Contains("has no column 'step'"));
  CHECK_THAT(refusal(scratch, put(scratch, "b.csv", "")), Catch::Contains("is empty"));
  CHECK_THAT(refusal(scratch, put(scratch, "c.csv", "step,loss\n1,x\n")), Catch::Contains("has no metrics"));
  CHECK_THAT(refusal(scratch, put(scratch, "d.jsonl", "[1]\n")), Catch::Contains("1 lines that are not JSON objects"));
}

TEST_CASE("a Trainer's run that stopped early is finished, with its best evaluation") {
  const ScratchFolder scratch;
  const std::string rest = R"("global_step": 40, "max_steps": 400, "best_metric": 3.7, )";
  const auto [more, best] = GENERATE(table<std::string, double>({
      {R"("best_global_step": 24, "log_history": [{"step": 40, "train_runtime": 8.1, "train_loss": 3.6}])", 24},
      {R"("best_model_checkpoint": "out/checkpoint-16", "log_history": [], "stateful_callbacks":
          {"TrainerControl": {"args": {"should_training_stop": true}}})",
       16},
  }));
  const ImportReport report = import_one(scratch, put(scratch, "out/trainer_state.json", "{" + rest + more + "}"));
  const Run run = loaded(scratch, report.id);
  CHECK(run.summary.state == RunState::finished);
  CHECK(run.summary.metrics.at("best_metric") == 3.7);
  CHECK(run.summary.metrics.at("best_step") == best);
  CHECK_FALSE(run.summary.created.empty());
}

TEST_CASE("the rates of a Trainer's run that stopped early are of what it did") {
  const ScratchFolder scratch;
  const std::string rates = R"("train_runtime": 8, "train_samples_per_second": 400, "train_steps_per_second": 50)";
  const auto steps_per_second = [&](const std::string& steps, const std::string& log, const std::string& results) {
    put(scratch, "out/all_results.json", "{" + results + "}");
    const std::string state = "{" + steps + R"(, "log_history": [{"step": 40, )" + log + "}]}";
    return loaded(scratch, import_one(scratch, put(scratch, "out/trainer_state.json", state)).id).summary.metrics;
  };
  for (const auto& [log, results] : {std::pair{rates, std::string()}, {R"("loss": 3)", rates}}) {
    const auto stopped = steps_per_second(R"("global_step": 40, "max_steps": 400)", log, results);
    CHECK(stopped.at("train_samples_per_second") == Approx(40));
    CHECK(stopped.at("train_steps_per_second") == Approx(5));
    CHECK(stopped.at("train_runtime") == 8);
    const auto whole = steps_per_second(R"("global_step": 400, "max_steps": 400)", log, results);
    CHECK(whole.at("train_steps_per_second") == 50);
    CHECK(steps_per_second(R"("global_step": 40)", log, results).at("train_steps_per_second") == 50);
  }
}

TEST_CASE("a trainer_state.json that is not JSON is refused with where") {
  const ScratchFolder scratch;
  const auto refused = [&](const std::string& text) {
    const std::string words = refusal(scratch, put(scratch, "out/trainer_state.json", text));
    CHECK_THAT(words, !Catch::Contains("json.exception"));
    return words.substr(words.find(": ") + 2);
  };
  const std::string begin = "{\"log_history\": [\n {\"step\": 1, \"loss\": NaN, ";
  CHECK(refused(begin + "\"lr\": ") ==
        "is not valid JSON: it ends in the middle of a value, in line 2 (after 50 bytes)");
  CHECK(refused(begin + "\"lr") == "is not valid JSON: it ends in the middle of a value, in line 2 (after 47 bytes)");
  CHECK_THAT(refused(begin + "?}]}"), Catch::Contains("is not valid JSON: line 2, byte 27 of the line"));
  CHECK_THAT(refused("{\"log_history\": [1e999]}"), Catch::Contains("a number too large"));
  CHECK_THAT(refused(""), Catch::Contains("is not valid JSON: it ends"));
}

TEST_CASE("JSON of very many entries is read whole") {
  std::string log;
  for (int step = 1; step <= 200'000; ++step)
    log += fmt::format("{}{{\"step\":{},\"loss\":NaN}}", step == 1 ? "" : ",", step);
  const nlohmann::json entries = read_python_json("{\"log_history\":[" + log + "]}", "log")["log_history"];
  REQUIRE(entries.size() == 200'000);
  CHECK(entries.back().at("step") == 200'000);
}

TEST_CASE("any field of a trainer_state.json may lack or be of another type") {
  const ScratchFolder scratch;
  const std::string fields[] = {"global_step",           "max_steps", "best_metric", "best_global_step",
                                "best_model_checkpoint", "epoch",     "eval_steps",  "trial_params",
                                "stateful_callbacks"};
  const std::string value = GENERATE("null", "\"x\"", "[1]", "{\"a\": {}}", "1.5", "true", "1e300", "-1");
  std::string text = R"({"log_history": [null, 1, [], {"step": null}, {"step": 1.0, "loss": 2, "epoch": null},
                         {"step": 2, "loss": )" +
                     value + "}]";
  for (const std::string& field : fields) text += ", \"" + field + "\": " + value;
  const ImportReport report = import_one(scratch, put(scratch, "out/trainer_state.json", text + "}"));
  CHECK(loaded(scratch, report.id).summary.metrics.contains("loss"));
  for (const char* beside : {"config.json", "all_results.json"}) put(scratch, std::string("out/") + beside, value);
  CHECK(import_one(scratch, scratch.path() / "other/out").points >= 1);
}

TEST_CASE("a table of points may call the step by another of its names") {
  for (const std::string name : {"Step", "_step", "global_step"}) {
    const ScratchFolder scratch;
    const auto file = put(scratch, "points.csv", "run," + name + ",metric,value\na,1,loss,2.5\na,2,loss,2.25\n");
    CHECK(curve(scratch, import_one(scratch, file).id) ==
          std::vector<std::pair<std::int64_t, double>>{{1, 2.5}, {2, 2.25}});
  }
}
