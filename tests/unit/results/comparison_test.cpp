#include "results/comparison.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "results/rendering.h"
#include "results/store/store.h"
#include "unit/results/scratch.h"

using namespace folio;
using namespace folio::results;

namespace {

Run finished_run() {
  Run run;
  run.summary.id = "aaaaaaaa";
  run.summary.name = "small";
  run.summary.state = RunState::finished;
  run.summary.metrics = {{"train_loss", 6.5}, {"train_runtime", 100.0}, {"epoch", 3.0}};
  run.info.plugins = {{"model", "gpt", "1.0", "/lib/gpt.so", "build-1"}};
  run.settings = folio::results::test::small_experiment();
  run.facts = {{"data_hash", "d1"},     {"stand_in", false},      {"tokenizer_hash", "t1"}, {"vocab_size", 1000},
               {"objective", "causal"}, {"loss_definition", "1"}, {"bytes_per_token", 3.0}};
  run.environment = {
      {"precision", "float32"}, {"device", "cpu"}, {"processor", "A"}, {"processors", 2}, {"threads", 2}};
  return run;
}

const Check& check_named(const Comparison& comparison, const std::string& name) {
  for (const Check& check : comparison.checks) {
    if (check.name == name) return check;
  }
  throw std::runtime_error("no check " + name);
}

const MetricComparison& metric_named(const Comparison& comparison, const std::string& name) {
  for (const MetricComparison& metric : comparison.metrics) {
    if (metric.name == name) return metric;
  }
  throw std::runtime_error("no metric " + name);
}

}  // namespace

TEST_CASE("runs that share all facts are comparable") {
  const Run a = finished_run();
  Run b = finished_run();
  b.summary.metrics["train_loss"] = 6.0;
  b.settings["training"]["learning_rate"] = 1e-4;
  const Comparison comparison = compare(a, b);
  CHECK(comparison.verdict == Verdict::yes);
  REQUIRE(comparison.settings.size() == 1);
  CHECK(comparison.settings[0].key == "training.learning_rate");
  CHECK(*comparison.settings[0].a == 5e-5);
  CHECK(*comparison.settings[0].b == 1e-4);
  const MetricComparison& loss = metric_named(comparison, "train_loss");
  CHECK(loss.standing == Standing::comparable);
  CHECK(*loss.difference == Approx(-0.5));
  CHECK(*loss.ratio == Approx(6.0 / 6.5));
  CHECK(loss.better == Side::b);
  CHECK_FALSE(metric_named(comparison, "train_runtime").better);  // equal
  CHECK_FALSE(metric_named(comparison, "epoch").better);          // no direction
  CHECK(comparison.footings.empty());
}

TEST_CASE("the declared direction decides which is better") {
  Run a = finished_run();
  Run b = finished_run();
  a.summary.metrics = {{"tokens_per_second", 400.0}, {"train_runtime", 90.0}};
  b.summary.metrics = {{"tokens_per_second", 500.0}, {"train_runtime", 95.0}};
  const Comparison comparison = compare(a, b);
  CHECK(metric_named(comparison, "tokens_per_second").better == Side::b);
  CHECK(metric_named(comparison, "train_runtime").better == Side::a);
}

TEST_CASE("what differs decides which metrics can be compared") {
  struct Row {
    const char* check;
    std::function<void(Run&)> change;
    Verdict verdict;
    Standing loss, text_loss, speed;
  };
  using enum Standing;
  const std::vector<Row> rows{
      {"data", [](Run& r) { r.facts["data_hash"] = "d2"; }, Verdict::no, not_comparable, not_comparable, comparable},
      {"stand-in text", [](Run& r) { r.facts["stand_in"] = true; }, Verdict::no, not_comparable, not_comparable,
       comparable},
      {"objective", [](Run& r) { r.facts["objective"] = "masked"; }, Verdict::no, not_comparable, not_comparable,
       comparable},
      {"loss definition", [](Run& r) { r.facts["loss_definition"] = "2"; }, Verdict::no, not_comparable, not_comparable,
       comparable},
      {"vocabulary size", [](Run& r) { r.facts["vocab_size"] = 2000; }, Verdict::partly, not_comparable, comparable,
       comparable},
      {"tokens", [](Run& r) { r.facts["tokenizer_hash"] = "t2"; }, Verdict::partly, not_comparable, comparable,
       comparable},
      {"split", [](Run& r) { r.settings["dataset"]["split"]["size"] = 256; }, Verdict::partly, uncertain, uncertain,
       comparable},
      {"precision", [](Run& r) { r.environment["precision"] = "bfloat16"; }, Verdict::partly, comparable, comparable,
       uncertain},
      {"hardware", [](Run& r) { r.environment["processor"] = "B"; }, Verdict::partly, comparable, comparable,
       not_comparable},
      {"plugin builds", [](Run& r) { r.info.plugins[0].library_hash = "build-2"; }, Verdict::partly, uncertain,
       uncertain, uncertain},
      {"seed", [](Run& r) { r.settings["training"]["seed"] = 7; }, Verdict::yes, comparable, comparable, comparable},
  };
  for (const Row& row : rows) {
    CAPTURE(row.check);
    Run a = finished_run();
    a.summary.metrics["train_bits_per_byte"] = 3.0;
    Run b = a;
    b.summary.metrics = {{"train_loss", 6.0}, {"train_bits_per_byte", 2.5}, {"train_runtime", 90.0}};
    row.change(b);
    const Comparison comparison = compare(a, b);
    CHECK(check_named(comparison, row.check).finding == Finding::different);
    CHECK_FALSE(check_named(comparison, row.check).meaning.empty());
    CHECK(comparison.verdict == row.verdict);
    CHECK(metric_named(comparison, "train_loss").standing == row.loss);
    CHECK(metric_named(comparison, "train_bits_per_byte").standing == row.text_loss);
    CHECK(metric_named(comparison, "train_runtime").standing == row.speed);
    CHECK(metric_named(comparison, "train_loss").better.has_value() == (row.loss != not_comparable));
  }
}

TEST_CASE("a fact that one run lacks, or both, is unknown and never equal") {
  const Run a = finished_run();
  Run b = finished_run();
  b.facts.erase("data_hash");
  CHECK(check_named(compare(a, b), "data").finding == Finding::unknown);
  CHECK(check_named(compare(b, b), "data").finding == Finding::unknown);
  CHECK(check_named(compare(a, b), "data").b == "unknown");
  const Comparison comparison = compare(a, b);
  CHECK(comparison.verdict == Verdict::partly);
  CHECK(metric_named(comparison, "train_loss").standing == Standing::uncertain);

  b = finished_run();
  b.environment.erase("processors");
  CHECK(check_named(compare(a, b), "hardware").finding == Finding::unknown);
  b.environment["processor"] = "B";  // one part that is known to differ is enough
  CHECK(check_named(compare(a, b), "hardware").finding == Finding::different);
  b = finished_run();
  b.info.plugins.clear();
  CHECK(check_named(compare(a, b), "plugin builds").finding == Finding::unknown);
}

TEST_CASE("evaluation sets are compared only where a run was evaluated") {
  Run a = finished_run();
  Run b = finished_run();
  for (const Check& check : compare(a, b).checks) CHECK(check.name != "evaluation set");
  a.summary.metrics["eval_loss"] = 6.0;
  b.summary.metrics["eval_loss"] = 5.0;
  a.facts["eval_hash"] = b.facts["eval_hash"] = "e1";
  a.facts["eval_samples"] = 28;
  b.facts["eval_samples"] = 30;
  const Comparison comparison = compare(a, b);
  CHECK(check_named(comparison, "evaluation set").finding == Finding::different);
  CHECK(metric_named(comparison, "eval_loss").standing == Standing::not_comparable);
  CHECK(metric_named(comparison, "train_loss").standing == Standing::comparable);
}

TEST_CASE("losses over different tokens are put on a common footing") {
  const Run a = finished_run();
  Run b = finished_run();
  b.facts["vocab_size"] = 50257;
  b.facts["bytes_per_token"] = 4.0;
  const auto footings = compare(a, b).footings;
  REQUIRE(footings.size() == 2);
  CHECK(footings[0].name == "train_loss in bits per byte");
  CHECK(footings[0].a == Approx(6.5 / 3.0 / std::log(2.0)));
  CHECK(footings[0].b == Approx(6.5 / 4.0 / std::log(2.0)));
  CHECK(footings[1].name == "train_loss / uniform guess");
  CHECK(footings[1].a == Approx(6.5 / std::log(1000.0)));
  CHECK(footings[1].b == Approx(6.5 / std::log(50257.0)));
}

TEST_CASE("the evaluation loss is put on its own text's footing") {
  Run a = finished_run();
  a.summary.metrics = {{"eval_loss", 6.0}};
  a.facts["eval_bytes_per_token"] = 2.5;
  Run b = a;
  b.facts["tokenizer_hash"] = "t2";
  const auto footings = compare(a, b).footings;
  REQUIRE(footings.size() == 2);
  CHECK(footings[0].name == "eval_loss in bits per byte");
  CHECK(footings[0].a == Approx(6.0 / 2.5 / std::log(2.0)));
}

TEST_CASE("a metric that only one run has is shown without a difference, one that is NaN without a better") {
  Run a = finished_run();
  Run b = finished_run();
  a.summary.metrics = {{"eval_loss", 6.0}, {"train_loss", std::nan("")}};
  b.summary.metrics = {{"train_loss", 6.0}};
  const Comparison comparison = compare(a, b);
  CHECK_FALSE(metric_named(comparison, "eval_loss").difference);
  CHECK_FALSE(metric_named(comparison, "train_loss").better);
  const auto json = to_json(a, b, comparison);
  CHECK(json["metrics"]["eval_loss"]["b"].is_null());
  CHECK(json["metrics"]["train_loss"]["a"] == "NaN");
}

TEST_CASE("the two baselines are declared not comparable, each fact with its reason") {
  const folio::results::test::ScratchFolder scratch;
  Store store(scratch.path(), std::filesystem::path(FOLIO_SOURCE_DIR) / "results" / "baselines");
  store.sync();
  const Run gpt = store.load("baseline/gpt");
  const Run bert = store.load("baseline/bert");
  const Comparison comparison = compare(gpt, bert);
  CHECK(comparison.verdict == Verdict::no);
  for (const char* different : {"objective", "vocabulary size", "hardware"}) {
    CHECK(check_named(comparison, different).finding == Finding::different);
  }
  for (const char* unknown : {"data", "stand-in text", "loss definition", "tokens", "split", "precision", "seed"}) {
    CHECK(check_named(comparison, unknown).finding == Finding::unknown);
  }
  REQUIRE(comparison.footings.size() == 1);  // masked: no bits per byte
  CHECK(comparison.footings[0].a == Approx(6.50891508879485 / std::log(50257.0)));
  CHECK(comparison.footings[0].b == Approx(6.435161413969817 / std::log(30522.0)));
  std::vector<std::string> keys;
  for (const SettingDifference& setting : comparison.settings) keys.push_back(setting.key);
  CHECK(keys == std::vector<std::string>{"model.intermediate_size", "model.type", "model.vocab_size"});
}

TEST_CASE("JSON says whether runs are comparable with true, false or partly") {
  const Run a = finished_run();
  Run b = finished_run();
  CHECK(to_json(a, b, compare(a, b))["comparable"] == true);
  CHECK(to_json(a, b, compare(a, b))["reasons"].empty());
  b.environment["precision"] = "bfloat16";
  auto json = to_json(a, b, compare(a, b));
  CHECK(json["comparable"] == "partly");
  REQUIRE(json["reasons"].size() == 1);
  CHECK(json["reasons"][0]["fact"] == "precision");
  CHECK(json["reasons"][0]["finding"] == "different");
  b.facts["objective"] = "masked";
  CHECK(to_json(a, b, compare(a, b))["comparable"] == false);
}
