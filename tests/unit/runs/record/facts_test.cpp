#include "runs/record/facts.h"

#include <catch2/catch.hpp>

#include "runs/compare/comparison.h"
#include "runs/compare/explanation.h"
#include "runs/report/run_json.h"
#include "runs/report/run_text.h"
#include "unit/runs/compared_runs.h"

using namespace folio;
using namespace folio::runs;

namespace {

/// As a worker wrote them, with a baseline's "tokenizer" besides: all facts that there are.
const char* const kAllFacts = R"({
  "batch_size": 24, "bytes": 231917, "bytes_per_token": 1.0, "bytes_per_word": 5.841443755982066, "characters": 230150,
  "data_hash": "d86c", "documents": 5, "eval_bytes_per_token": 2.3979155034431416,
  "eval_bytes_per_word": 5.824593128390597, "eval_hash": "f73f", "eval_loss_definition": "mean", "eval_samples": 167,
  "eval_text_seen": 0.25, "eval_tokens": 10688,
  "initial_config_hash": "c0f1", "initial_model": "/models/base", "initial_weights_hash": "7e19",
  "loss_definition": "mean over the masked tokens", "objective": "masked", "parameters": 536064, "samples": 1496, "scored_share": 1.0,
  "sources": [
    {"name": "romeo", "note": "", "source": "/romeo.txt", "source_hash": "e2ad", "stand_in": false},
    {"documents": 4, "name": "p0", "note": "made up", "source": "plays", "source_hash": "5a5a", "stand_in": true}],
  "stand_in": true, "tokenizer": "pre-trained", "tokenizer_cached": false, "tokenizer_hash": "f039", "tokens": 95744,
  "tokens_cached": true, "trainable_parameters": 512, "uniform_loss": 6.0, "unigram_loss": 5.646687514395156, "vocab_learned": 1000,
  "vocab_size": 1024, "vocab_used": 792})";

}  // namespace

TEST_CASE("facts are read and written under their names, each number as it was") {
  const nlohmann::json values = nlohmann::json::parse(kAllFacts);
  REQUIRE(values.size() == 35);
  const Facts facts = facts_from_json(values);
  CHECK(facts.objective == "masked");
  CHECK(facts.stand_in == true);
  CHECK(facts.tokenizer_cached == false);
  CHECK(facts.vocab_size == 1024);
  CHECK(facts.uniform_loss == 6.0);
  REQUIRE(facts.sources);
  CHECK(facts.sources->at(1).name == "p0");
  CHECK_FALSE(facts.sources->at(0).documents);
  CHECK(to_json(facts).dump() == values.dump());  // the text, in which 6 and 6.0 differ
  CHECK(to_json(Facts{}) == nlohmann::json::object());
}

TEST_CASE("a member's name is that in JSON") {
  CHECK(std::string(fact_name(&Facts::data_hash)) == "data_hash");
  CHECK(std::string(fact_name(&Facts::stand_in)) == "stand_in");
  CHECK(std::string(fact_name(&Facts::vocab_size)) == "vocab_size");
  CHECK(std::string(fact_name(&Facts::eval_bytes_per_token)) == "eval_bytes_per_token");
}

TEST_CASE("a fact of another type is unknown, one under another name is left out") {
  const nlohmann::json values = nlohmann::json::parse(kAllFacts);
  for (const auto& [name, value] : values.items()) {
    for (const char* other : {"null", "[1]", "{}", "\"5\"", "7.5", "true"}) {
      const nlohmann::json wrong = nlohmann::json::parse(other);
      const bool fits = wrong.type() == value.type() || (wrong.is_number() && value.is_number_float());
      CAPTURE(name, other);
      const nlohmann::json read = to_json(facts_from_json({{name, wrong}}));
      if (!fits) CHECK(read.empty());
    }
  }
  CHECK(to_json(facts_from_json({{"steps", 216}})).empty());
  CHECK(to_json(facts_from_json(nlohmann::json::array({1}))).empty());
}

TEST_CASE("a count may be written as 288.0, but it is whole") {
  CHECK(facts_from_json({{"tokens", 288.0}}).tokens == 288);
  CHECK_FALSE(facts_from_json({{"tokens", 288.5}}).tokens);
  CHECK_FALSE(facts_from_json({{"tokens", 1e300}}).tokens);
  CHECK(facts_from_json({{"uniform_loss", 7}}).uniform_loss == 7.0);
}

TEST_CASE("a run whose facts are foreign is shown with all of them, explained and compared") {
  Run run = test::finished_run();
  run.facts = {{"objective", 3},    {"stand_in", "no"}, {"tokens", "many"},
               {"vocab_size", {}},  {"data_hash", 7},   {"weather", {{"sky", "blue"}}},
               {"bytes", 1'000'000}};
  CHECK(to_json(run)["facts"] == run.facts);
  Page page(Page::Form::terminal, Paint(false), 200);
  add_run(page, run, /*all=*/true);
  for (const char* text : {"weather", "many", "976.6 KiB"}) CHECK_THAT(page.text(), Catch::Contains(text));
  CHECK(explain(run, {}, {}).size() == 6);
  const Run other = test::finished_run();
  CHECK(test::check_named(compare(run, other), "data").finding == Finding::different);
  CHECK(compare(run, run).settings.empty());
}
