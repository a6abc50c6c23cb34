#include "runs/compare/comparison.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "runs/report/comparison_json.h"
#include "runs/report/run_json.h"
#include "runs/store/store.h"
#include "unit/runs/compared_runs.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;

using folio::runs::test::check_named;
using folio::runs::test::finished_run;
using folio::runs::test::metric_named;
using folio::runs::test::steady;

TEST_CASE("runs that share all facts are comparable") {
  const Run a = finished_run();
  Run b = finished_run();
  b.summary.metrics["train_loss"] = 6.0;
  b.settings["training"]["learning_rate"] = 1e-4;
  const Comparison comparison = compare(a, b, steady(), steady());
  CHECK(comparison.verdict == Verdict::yes);
  REQUIRE(comparison.settings.size() == 1);
  CHECK(comparison.settings[0].key == "training.learning_rate");
  CHECK(*comparison.settings[0].a == 5e-5);
  CHECK(*comparison.settings[0].b == 1e-4);
  const MetricComparison& loss = metric_named(comparison, "train_loss");
  CHECK(loss.standing == Standing::comparable);
  CHECK(*loss.difference == Approx(-0.5));
  CHECK(*loss.ratio == Approx(6.0 / 6.5));
  CHECK(loss.leader == Side::b);
  CHECK(loss.outcome == Outcome::ahead);
  CHECK(metric_named(comparison, "train_runtime").outcome == Outcome::equal);
  CHECK(metric_named(comparison, "epoch").outcome == Outcome::not_ranked);  // no direction
  CHECK(comparison.footings.empty());
}

TEST_CASE("the declared direction decides which is ahead") {
  Run a = finished_run();
  Run b = finished_run();
  a.summary.metrics.merge(std::map<std::string, double>{{"tokens_per_second", 400.0}});
  b.summary.metrics.merge(std::map<std::string, double>{{"tokens_per_second", 500.0}});
  b.summary.metrics["train_runtime"] = 105;
  const Comparison comparison = compare(a, b);
  CHECK(metric_named(comparison, "tokens_per_second").leader == Side::b);
  CHECK(metric_named(comparison, "train_runtime").leader == Side::a);
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
      {"loss definition", [](Run& r) { r.facts["loss_definition"] = "2"; }, Verdict::partly, not_comparable, comparable,
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
      {"variables", [](Run& r) { r.environment["variables"] = {{"LD_PRELOAD", "/tmp/other.so"}}; }, Verdict::partly,
       uncertain, uncertain, uncertain},
      {"variables", [](Run& r) { r.environment["variables"] = {{"ATEN_CPU_CAPABILITY", "default"}}; }, Verdict::partly,
       comparable, comparable, uncertain},
      {"length", [](Run& r) { r.summary.metrics["global_step"] = 300; }, Verdict::partly, not_comparable,
       not_comparable, not_comparable},
      {"other work on the machine", [](Run& r) { r.environment["machine_was_busy"] = true; }, Verdict::partly,
       comparable, comparable, not_comparable},
      {"seed", [](Run& r) { r.settings["training"]["seed"] = 7; }, Verdict::yes, comparable, comparable, comparable},
  };
  for (const Row& row : rows) {
    CAPTURE(row.check);
    Run a = finished_run();
    a.summary.metrics["train_bits_per_byte"] = 3.0;
    Run b = a;
    b.summary.metrics = {{"train_loss", 6.0},
                         {"train_bits_per_byte", 2.5},
                         {"train_runtime", 90.0},
                         {"epoch", 3.0},
                         {"global_step", 400.0}};
    row.change(b);
    const Comparison comparison = compare(a, b);
    CHECK(check_named(comparison, row.check).finding == Finding::different);
    CHECK_FALSE(check_named(comparison, row.check).meaning.empty());
    CHECK(comparison.verdict == row.verdict);
    CHECK(metric_named(comparison, "train_loss").standing == row.loss);
    CHECK(metric_named(comparison, "train_bits_per_byte").standing == row.text_loss);
    CHECK(metric_named(comparison, "train_runtime").standing == row.speed);
    CHECK(metric_named(comparison, "train_loss").leader.has_value() == (row.loss != not_comparable));
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

TEST_CASE("how much is hidden counts where both runs say what is hidden, and nowhere else") {
  Run a = finished_run();
  a.facts["objective"] = "masked";
  a.settings["dataset"]["objective"] = {{"mlm_probability", 0.15}, {"whole_word_mask", false}};
  Run b = a;
  CHECK(check_named(compare(a, b), "masking").finding == Finding::equal);
  b.settings["dataset"]["objective"]["mlm_probability"] = 0.3;
  CHECK(check_named(compare(a, b), "masking").finding == Finding::different);
  CHECK(compare(a, b).verdict == Verdict::no);
  b.settings["dataset"].erase("objective");
  CHECK(check_named(compare(a, b), "masking").finding == Finding::unknown);
  b.facts["objective"] = "causal";
  for (const Check& check : compare(a, b).checks) CHECK(check.name != "masking");
}

TEST_CASE("evaluation sets are compared only where a run was evaluated") {
  Run a = finished_run();
  Run b = finished_run();
  for (const Check& check : compare(a, b).checks) CHECK(check.name != "evaluation set");
  a.summary.metrics["eval_loss"] = 6.0;
  b.summary.metrics["eval_loss"] = 5.0;
  a.facts["eval_hash"] = b.facts["eval_hash"] = "e1";
  a.facts["eval_samples"] = 28;
  b.facts["eval_samples"] = 30;  // the same text, cut into other tokens
  CHECK(check_named(compare(a, b), "evaluation set").finding == Finding::equal);
  b.facts["eval_hash"] = "e2";
  const Comparison comparison = compare(a, b);
  CHECK(check_named(comparison, "evaluation set").finding == Finding::different);
  CHECK(metric_named(comparison, "eval_loss").standing == Standing::not_comparable);
  CHECK(metric_named(comparison, "train_loss").standing == Standing::comparable);
}

TEST_CASE(
    "how a loss is calculated bears on that loss alone, and an evaluation of unknown definition is not called equal") {
  Run a = finished_run();
  a.summary.metrics = {{"train_loss", 6.0},   {"train_bits_per_byte", 3.0}, {"eval_loss", 6.0},
                       {"perplexity", 403.4}, {"eval_bits_per_byte", 3.0},  {"eval_runtime", 2.0},
                       {"global_step", 400.0}};
  a.facts["eval_hash"] = "e1";
  Run b = a;
  const auto standing = [&](const char* metric) { return metric_named(compare(a, b), metric).standing; };
  using enum Standing;
  b.facts["loss_definition"] = "2";
  CHECK(standing("train_loss") == not_comparable);
  for (const char* metric : {"train_bits_per_byte", "eval_loss", "perplexity", "eval_bits_per_byte", "eval_runtime"})
    CHECK(standing(metric) == comparable);

  b = a;
  b.facts["eval_loss_definition"] = "2";
  CHECK(standing("eval_loss") == not_comparable);
  CHECK(standing("perplexity") == not_comparable);
  for (const char* metric : {"train_loss", "train_bits_per_byte", "eval_bits_per_byte", "eval_runtime"})
    CHECK(standing(metric) == comparable);
  CHECK(compare(a, b).verdict == Verdict::partly);

  b.facts.erase("eval_loss_definition");
  CHECK(standing("eval_loss") == uncertain);
  CHECK(standing("train_loss") == comparable);
  a.summary.metrics.erase("eval_loss");
  b.summary.metrics.erase("eval_loss");
  for (const Check& check : compare(a, b).checks) CHECK(check.name != "evaluation's loss definition");
}

TEST_CASE("losses over different tokens are put on a common footing") {
  Run a = finished_run();
  a.summary.metrics["train_bits_per_byte"] = 3.0;
  a.facts["bytes_per_word"] = 5.5;
  Run b = a;
  b.facts["vocab_size"] = 50257;
  b.summary.metrics["train_bits_per_byte"] = 2.5;
  const auto footings = compare(a, b).footings;
  REQUIRE(footings.size() == 3);
  CHECK(footings[0].name == "train_loss in bits per byte");
  CHECK(footings[0].a == 3.0);
  CHECK(footings[0].b == 2.5);
  CHECK(footings[1].name == "train_loss as perplexity per word");
  CHECK(footings[1].a == Approx(std::exp2(16.5)));
  CHECK(footings[1].b == Approx(std::exp2(13.75)));
  CHECK(footings[2].name == "train_loss / uniform guess");
  CHECK(footings[2].a == Approx(6.5 / std::log(1000.0)));
  CHECK(footings[2].b == Approx(6.5 / std::log(50257.0)));
  CHECK_FALSE(footings[2].ranks);
}

TEST_CASE("losses without a common scale are put on no common footing") {
  Run a = finished_run();
  a.summary.metrics["train_bits_per_byte"] = 3.0;
  for (const char* fact : {"objective", "data_hash"}) {
    Run b = a;
    b.facts["tokenizer_hash"] = "t2";
    CHECK_FALSE(compare(a, b).footings.empty());
    b.facts[fact] = "another";
    CAPTURE(fact);
    CHECK(compare(a, b).footings.empty());
  }
}

TEST_CASE("each loss is shown with what it stands against, the evaluation's where both were evaluated") {
  Run a = finished_run();
  a.facts["unigram_loss"] = 5.5;
  Run b = a;
  b.facts["uniform_loss"] = 7.0;
  b.facts.erase("unigram_loss");
  Comparison comparison = compare(a, b);
  CHECK(comparison.loss == "train_loss");
  CHECK(*comparison.yardsticks_a.uniform == Approx(std::log(1000.0)));
  CHECK(*comparison.yardsticks_a.unigram == 5.5);
  CHECK(*comparison.yardsticks_b.share() == Approx(6.5 / 7.0));
  CHECK_FALSE(comparison.yardsticks_b.unigram);
  a.summary.metrics["eval_loss"] = 6.0;
  b.summary.metrics["eval_loss"] = 5.0;
  comparison = compare(a, b);
  CHECK(comparison.loss == "eval_loss");
  CHECK(*comparison.yardsticks_b.loss == 5.0);
}

TEST_CASE("a setting that one run alone has tells something where it was given, not where it is a default") {
  Run a = finished_run();
  Run b = a;
  b.settings["model"]["resid_pdrop"] = 0.1;
  b.settings["model"]["num_heads"] = 4;
  b.info.origins = {{"model.resid_pdrop", "default"}, {"model.num_heads", "b.yaml:3"}};
  const auto settings = compare(a, b).settings;
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].key == "model.num_heads");
  CHECK(settings[0].telling);
  CHECK(settings[1].key == "model.resid_pdrop");
  CHECK_FALSE(settings[1].telling);
  CHECK(compare(a, b).same_settings.at("model.hidden_size") == 64);
}

TEST_CASE("a run that was cut short clouds all its metrics, and its mean loss is not compared") {
  const Run a = finished_run();
  Run b = a;
  b.summary.state = RunState::interrupted;
  b.summary.metrics["train_loss"] = 6.0;
  const Comparison comparison = compare(a, b);
  CHECK(check_named(comparison, "state").finding == Finding::different);
  CHECK(comparison.verdict == Verdict::partly);
  CHECK(metric_named(comparison, "train_loss").standing == Standing::not_comparable);
  CHECK(standing_of(find_metric("eval_loss"), comparison.checks) == Standing::uncertain);
}

TEST_CASE("runs have the same result only where all is known and equal but time and memory") {
  const Run a = finished_run();
  Run b = a;
  b.summary.metrics["train_runtime"] = 1.0;
  CHECK(same_result(compare(a, b)));
  b.summary.metrics["train_loss"] = std::nextafter(6.5, 7.0);
  CHECK_FALSE(same_result(compare(a, b)));
  b = a;
  b.settings["model"]["hidden_size"] = 65;
  CHECK_FALSE(same_result(compare(a, b)));
  b = a;
  b.facts.erase("data_hash");
  CHECK_FALSE(same_result(compare(a, b)));
}

TEST_CASE("a metric that only one run has is shown without a difference, one that is NaN without a better") {
  Run a = finished_run();
  Run b = finished_run();
  a.summary.metrics["eval_loss"] = 6.0;
  a.summary.metrics["train_loss"] = std::nan("");
  const Comparison comparison = compare(a, b);
  CHECK_FALSE(metric_named(comparison, "eval_loss").difference);
  CHECK(metric_named(comparison, "train_loss").outcome == Outcome::no_number);
  CHECK_FALSE(metric_named(comparison, "train_loss").difference);
  const auto json = to_json(a, b, comparison);
  CHECK(json["metrics"]["eval_loss"]["b"].is_null());
  CHECK(json["metrics"]["train_loss"]["a"] == "NaN");
}

TEST_CASE("the two baselines are declared not comparable, each fact with its reason") {
  const folio::runs::test::ScratchFolder scratch;
  Store store(scratch.path(), std::filesystem::path(FOLIO_SOURCE_DIR) / "results" / "baselines");
  store.sync();
  const Run gpt = store.load("baseline/gpt");
  const Run bert = store.load("baseline/bert");
  const Comparison comparison = compare(gpt, bert);
  CHECK(comparison.verdict == Verdict::no);
  for (const char* different : {"objective", "vocabulary size", "tokens", "hardware"})
    CHECK(check_named(comparison, different).finding == Finding::different);
  for (const char* unknown : {"data", "stand-in text", "split", "precision", "seed"})
    CHECK(check_named(comparison, unknown).finding == Finding::unknown);
  CHECK(comparison.footings.empty());
  CHECK(*comparison.yardsticks_a.share() == Approx(6.50891508879485 / std::log(50257.0)));
  CHECK(*comparison.yardsticks_b.share() == Approx(6.435161413969817 / std::log(30522.0)));
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
