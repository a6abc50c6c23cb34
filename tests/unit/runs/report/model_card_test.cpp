#include "runs/report/model_card.h"

#include <catch2/catch.hpp>

#include "unit/runs/compared_runs.h"

using namespace folio;
using namespace folio::runs;
using Catch::Contains;
using folio::runs::test::finished_run;

namespace {

Run carded_run() {
  Run run = finished_run();
  run.summary.model = "gpt";
  run.summary.created = "2026-11-29T02:09:46.450Z";
  run.summary.experiment_file = "/home/ann/secret/romeo.yaml";
  run.info.folio_version = "0.1.0";
  run.info.overrides = {"training.seed=7"};
  run.info.origins = {{"training.learning_rate", "romeo.yaml:3"}, {"training.seed", "default"}};
  run.facts["parameters"] = 1234567;
  run.facts["documents"] = 1;
  run.facts["tokens"] = 95744;
  run.facts["sources"] = {{{"name", "romeo"},
                           {"source", "/home/ann/books/romeo.txt"},
                           {"source_hash", "e2ad1b"},
                           {"stand_in", false},
                           {"note", ""}}};
  return run;
}

}  // namespace

TEST_CASE("a model card says what made the model, how good it is and how to load it") {
  const std::string card = model_card(carded_run(), {"bfloat16", ""});
  CHECK_THAT(card,
             Catch::StartsWith("---\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n- folio\n---\n\n"
                               "# small\n"));
  CHECK_THAT(card,
             Contains("A model of the plugin gpt with 1,234,567 parameters in bfloat16, which continues a text."));
  CHECK_THAT(card, Contains("Made by Folio 0.1.0 in the run aaaaaaaa of 2026-11-29T02:09:46.450Z."));
  CHECK_THAT(card, Contains("romeo.yaml training.seed=7"));
  CHECK_THAT(card, Contains("| training.learning\\_rate | 5e-05 |"));
  CHECK_THAT(card, Contains("1 more setting is at its default."));
  CHECK_THAT(card, Contains("Trained on 1 document, 95,744 tokens."));
  CHECK_THAT(card, Contains("| romeo | romeo.txt | e2ad1b |"));
  CHECK_THAT(card, Contains("SHA-256 over the names and texts of all documents: d1"));
  CHECK_THAT(card, Contains("SHA-256 of tokenizer.json t1"));
  CHECK_THAT(card, Contains("| train\\_loss | 6.5000 | The mean of the training loss over all steps"));
  CHECK_THAT(card, Contains("AutoModelForCausalLM.from_pretrained(\".\")"));
  CHECK_THAT(card, Contains("./runner generate DIR --prompt \"The\""));
  CHECK_THAT(card, Contains("To train it further, the experiment has model.type gpt and model.from DIR."));
  CHECK_THAT(card, !Contains("/home/ann"));
  CHECK_THAT(card, !Contains("generated in place"));
}

TEST_CASE("a model card says of a stand-in text and of a run that was cut short") {
  Run run = carded_run();
  run.summary.state = RunState::interrupted;
  run.facts["stand_in"] = true;
  run.facts["sources"][0]["stand_in"] = true;
  const std::string card = model_card(run, {"float32", ""});
  CHECK_THAT(card, Contains("**Not trained on the real text:**"));
  CHECK_THAT(card, Contains("**generated in place of the real text.**"));
  CHECK_THAT(card, Contains("**The run did not come to its end: it is interrupted.**"));
}

TEST_CASE("a model card asks a masked model with its own mask token, if that can be typed") {
  Run run = carded_run();
  run.facts["objective"] = "masked";
  CHECK_THAT(model_card(run, {"float32", "<|mask|>"}), Contains("--prompt \"The <|mask|> is here\""));
  CHECK_THAT(model_card(run, {"float32", "<|mask|>"}), Contains("pipeline_tag: fill-mask"));
  CHECK_THAT(model_card(run, {"float32", "$(reboot)"}), !Contains("reboot"));
}

TEST_CASE("nothing from outside becomes Markdown, HTML or metadata in a model card") {
  Run run = carded_run();
  run.summary.name = "x\n---\nlicense: mit <img src=a>";
  run.summary.model = "[gpt](http://a)";
  run.info.overrides = {"name=`a` | b"};
  run.facts["sources"][0]["name"] = "a | b ![c](d)";
  run.facts["sources"][0]["note"] = "<b>bold</b>";
  run.facts["data_hash"] = "**d**";
  run.settings["model"]["type"] = "a|<i>";
  run.summary.metrics["<evil>|[x](y)"] = 1;
  run.summary.id = "a`b";
  const std::string card = model_card(run, {"float32", ""});
  CHECK_THAT(card, Contains("# x --- license: mit &lt;img src=a&gt;\n"));
  for (const char* mark : {"<img", "<b>", "<i>", "<evil>", "[gpt](", "![c](", "[x](", "**d**", "a`b", "\nlicense"})
    CHECK_THAT(card, !Contains(mark));
  CHECK_THAT(card, Contains("| a \\| b !\\[c\\](d) |"));
}

TEST_CASE("a model card of a run of which hardly anything is known says only that") {
  Run run;
  run.summary.name = "old";
  run.summary.id = "baseline/gpt";
  run.summary.state = RunState::finished;
  run.facts = nlohmann::json::object();
  run.settings = nlohmann::json::object();
  const std::string card = model_card(run, {"float32", ""});
  CHECK_THAT(card, Contains("None were recorded."));
  CHECK_THAT(card, !Contains("AutoModel"));
  CHECK_THAT(card, !Contains("pipeline_tag"));
}
