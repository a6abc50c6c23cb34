#include <catch2/catch.hpp>

#include "experiment/experiment.h"
#include "unit/experiment/declarations.h"

using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using nlohmann::json;

namespace {

json resolved(const std::vector<std::string>& overrides) { return load(kValid, overrides).resolved; }

}  // namespace

TEST_CASE("an override sets one value, read as YAML") {
  CHECK(resolved({"training.learning_rate=3e-4"})["training"]["learning_rate"] == 3e-4);
  CHECK(resolved({"dataset.books=[macbeth, moby-dick]"})["dataset"]["books"] == json{"macbeth", "moby-dick"});
  CHECK(resolved({"dataset.split.by=tokens"})["dataset"]["split"] == json{{"by", "tokens"}, {"size", 512}});
  CHECK(resolved({"dataset.split={size: 8}"})["dataset"]["split"] == json{{"by", "characters"}, {"size", 8}});
  CHECK(resolved({"dataset.shuffle=false"})["dataset"]["shuffle"] == false);
  CHECK(resolved({"training.run_name=a=b"})["training"]["run_name"] == "a=b");
  CHECK(resolved({"training.run_name='x: y'"})["training"]["run_name"] == "x: y");
  CHECK(resolved({"name=other"})["name"] == "other");
}

TEST_CASE("an override can set what the file does not mention, and the last one wins") {
  CHECK(resolved({"model.resid_pdrop=0.5"})["model"]["resid_pdrop"] == 0.5);
  CHECK(resolved({"training.seed=1", "training.seed=2"})["training"]["seed"] == 2);
}

TEST_CASE("Hydra's signs are understood") {
  CHECK(resolved({"+model.resid_pdrop=0.5"})["model"]["resid_pdrop"] == 0.5);
  CHECK(resolved({"++training.seed=9"})["training"]["seed"] == 9);
  CHECK(resolved({"~model.hidden_size"})["model"]["hidden_size"] == 768);
  CHECK(resolved({"model.hidden_size=5", "~model.hidden_size"})["model"]["hidden_size"] == 768);
  CHECK(resolved({"~training"})["training"]["learning_rate"] == 5e-5);
  CHECK(load(kValid, {"~dataset.split.by"}).origins.at("dataset.split.by") == "default");
}

TEST_CASE("a plugin's name replaces its section by that plugin with its defaults") {
  const Experiment experiment = load(kValid, {"model=bert", "tokenizer=words"});
  CHECK(experiment.resolved["model"] == json{{"type", "bert"}, {"hidden_size", 256}, {"intermediate_size", 1024}});
  CHECK(experiment.resolved["tokenizer"] == json{{"type", "words"}, {"lowercase", false}});
  CHECK(experiment.origins.at("model.type") == "override");
  CHECK(load("dataset: {type: textbooks, books: [a]}\n", {"model=gpt"}).resolved["model"]["type"] == "gpt");
  CHECK(resolved({"model=bert", "model.hidden_size=8"})["model"]["hidden_size"] == 8);
}

TEST_CASE("what a plugin's name leaves out of its section is told") {
  CHECK(load(kValid, {"model=bert"}).notes ==
        std::vector<std::string>{"model=bert drops these keys of the file's model: hidden_size, "
                                 "num_hidden_layers; model.type=bert keeps them"});
  CHECK(load(kValid, {"model.type=gpt", "training.seed=3"}).notes.empty());
  CHECK(load(kValid, {"model=bert", "model=gpt"}).notes.size() == 1);
}

TEST_CASE("another type keeps the other keys, and one that it does not know is an error") {
  CHECK_THAT(message_of(kValid, {"model.type=bert"}),
             Equals("test.yaml:13:3: model.num_hidden_layers: the model 'bert' has no option 'num_hidden_layers', "
                    "which override 'model.type=bert' chose\n"
                    "    13 |   num_hidden_layers: 12\n"
                    "       |   ^"));
  CHECK(resolved({"model.type=bert", "~model.num_hidden_layers"})["model"]["hidden_size"] == 768);
}

TEST_CASE("an empty override means no value") {
  CHECK_FALSE(resolved({"training.run_name="})["training"].contains("run_name"));
  CHECK_THAT(message_of(kValid, {"training.seed="}),
             Equals("override 'training.seed=': training.seed: expected an integer, got null"));
  CHECK_THAT(message_of(kValid, {"model="}), Contains("model: expected a mapping of options, got null"));
}

TEST_CASE("a wrong override is reported as such") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"model.hiden_size=3",
       "model.hiden_size: the model 'gpt' has no option 'hiden_size'; did you mean 'hidden_size'?"},
      {"model.hidden_size=0", "model.hidden_size: expected an integer of at least 1, got 0"},
      {"model.hidden_size=\"5\"",
       "model.hidden_size: expected an integer of at least 1, got '5'; write 5 without quotes"},
      {"seed=3", "seed: an experiment has no such key; did you mean 'training.seed'?"},
      {"model=gptt",
       "model.type: there is no model plugin 'gptt'; known: 'gpt', 'bert'; searched: /plugins/one, "
       "/plugins/two; did you mean 'gpt'?"},
      {"training.seed", "expected 'training.seed=value'"},
      {"=3", "expected a key such as 'model.hidden_size' before the '='"},
      {"model..x=3", "expected a key such as 'model.hidden_size' before the '='"},
      {"model.=3", "expected a key such as 'model.hidden_size' before the '='"},
      {"", "expected a key such as 'model.hidden_size' before the '='"},
      {"~model.hiden_size", "there is no 'model.hiden_size' to remove; did you mean 'hidden_size'?"},
      {"~model.hidden_size=3", "'~' removes a key and takes no value; write '~model.hidden_size'"},
      {"~model.type.x", "there is no 'model.type.x' to remove"},
      {"extends=x.yaml", "'extends' belongs in a file; it cannot be overridden"},
      {"dataset.books=[a", "the '[' is never closed"},
      {"dataset.books=macbeth", "dataset.books: expected a list of text, got 'macbeth'; write [macbeth]"},
      {"model.type.x=3", "model.type: expected a text, got a mapping"},
  };
  for (const auto& [given, problem] : cases)
    CHECK_THAT(message_of(kValid, {given}), Equals("override '" + given + "': " + problem));
}

TEST_CASE("an override's value is the person's text, whatever YAML would read into it") {
  for (const std::string text : {"txt/set #2", "#2", "a #", "50% off", "%YAML", "*.txt", "&name x", "!tag", "@home",
                                 "`now`", "|", "> x", "--- a", "...", "a\tb #c", "~/books", "it's #1", "x \"y\" #z"}) {
    INFO(text);
    CHECK(resolved({"training.run_name=" + text})["training"]["run_name"] == text);
  }
  CHECK(resolved({"training.run_name=  a b\t"})["training"]["run_name"] == "a b");
  CHECK(resolved({"training.run_name='txt/set #2'"})["training"]["run_name"] == "txt/set #2");
  CHECK(resolved({"dataset.books=['a #2', b#3]"})["dataset"]["books"] == nlohmann::json({"a #2", "b#3"}));
  // Where it is YAML, nothing is cut off either.
  for (const std::string text : {"'a' #2", "\"a\" # b", "[a, b] #2", "[a, # b\n c]", "a: b #c"})
    CHECK_THAT(message_of(kValid, {"training.run_name=" + text}), Contains("begins a comment in YAML"));
  CHECK_THAT(message_of(kValid, {"training.seed=5 # five"}), Contains("expected an integer, got '5 # five'"));
}

TEST_CASE("a list where a single value belongs leads to the option of that name that takes one") {
  Declarations known = declarations();
  std::vector<folio::Option> options = known.plugins[0].options.options();
  options.push_back(folio::text_list("validation_files").help("files"));
  known.plugins[0].options = folio::OptionTable(std::move(options));
  CHECK_THAT(message_of(kValid, {"dataset.validation=[a.bin]"}, known), Contains("did you mean 'validation_files'?"));
  CHECK_THAT(message_of(kValid, {"dataset.validation=[a.bin]"}), !Contains("did you mean"));
}

TEST_CASE("what stands in an override cannot reach the terminal as control characters") {
  CHECK_THAT(message_of(kValid, {"training.\x1b[31m=\x1b"}), !Contains("\x1b"));
}

TEST_CASE("an override that names a plugin takes its preset from the experiment's folder") {
  const Folder folder;
  const auto file = folder.write("test.yaml", kValid);
  folder.write("model/gpt.yaml", "hidden_size: 24\nnum_hidden_layers: 3\n");
  folder.write("model/tiny.yaml", "type: gpt\nhidden_size: 12\n");
  folder.write("model/wrong.yaml", "[1, 2]");
  const auto model = [&](const std::vector<std::string>& overrides) {
    return load_experiment(file, overrides, declarations()).resolved["model"];
  };
  CHECK(model({"model=gpt"})["hidden_size"] == 24);
  CHECK(model({"model=gpt"})["resid_pdrop"] == 0.1);
  CHECK(model({"model=gpt", "model.hidden_size=48"})["hidden_size"] == 48);
  CHECK(model({"model=tiny"})["type"] == "gpt");
  CHECK(model({"model=tiny"})["hidden_size"] == 12);
  CHECK(model({"model=bert"})["type"] == "bert");
  CHECK(model({"model.type=gpt"})["hidden_size"] != 24);
  CHECK_THROWS_WITH(model({"model=wrong"}), Contains("expected a mapping of options, got a list"));
  const auto origins = load_experiment(file, {"model=gpt"}, declarations()).origins;
  CHECK_THAT(origins.at("model.hidden_size"), Contains("model/gpt.yaml:1"));
}

TEST_CASE("a model can be had without a file, with its usual tokenizer and no data set") {
  const Experiment experiment = load_model({"model=gpt", "model.hidden_size=24"}, declarations());
  CHECK(experiment.resolved["model"]["hidden_size"] == 24);
  CHECK(experiment.resolved["tokenizer"]["type"] == "bpe");
  CHECK(experiment.resolved["model"]["vocab_size"] == experiment.resolved["tokenizer"]["vocab_size"]);
  CHECK(experiment.resolved.contains("training"));
  CHECK_FALSE(experiment.resolved.contains("dataset"));
  CHECK_THROWS_WITH(load_model({"model=gtp"}, declarations()), Contains("did you mean 'gpt'?"));
  CHECK_THROWS_WITH(load_model({"training.seed=3"}, declarations()), Contains("model: the section is missing"));
}
