#include "experiment/experiment.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "unit/experiment/declarations.h"

using namespace folio;
using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using nlohmann::json;

namespace {

const std::string kDatasetAndModel = "dataset: {type: textbooks, books: [a]}\nmodel: {type: gpt}\n";

}  // namespace

TEST_CASE("a valid experiment is resolved with every default made explicit") {
  const Experiment experiment = load(kValid);
  CHECK(experiment.name == "romeo");
  CHECK(experiment.description == "GPT-2 small on Romeo and Juliet");
  CHECK(experiment.source == kValid);
  CHECK(experiment.resolved == json::parse(R"({
    "name": "romeo",
    "description": "GPT-2 small on Romeo and Juliet",
    "dataset": {"type": "textbooks", "books": ["romeo-and-juliet"], "newlines": "keep", "stand_in": true,
                "split": {"by": "characters", "size": 512}, "validation": 0.0, "shuffle": true},
    "tokenizer": {"type": "bpe", "vocab_size": 50257},
    "model": {"type": "gpt", "vocab_size": 50257, "hidden_size": 768, "num_hidden_layers": 12, "resid_pdrop": 0.1,
              "hidden_act": "gelu_new"},
    "training": {"num_train_epochs": 3.0, "learning_rate": 0.0001, "per_device_train_batch_size": 8, "seed": 42,
                 "eval_strategy": "no"}})"));
}

TEST_CASE("a number that is written as an integer is resolved as a number") {
  CHECK(load(kValid).resolved["training"]["num_train_epochs"].is_number_float());
}

TEST_CASE("origins say where each value comes from") {
  const Folder folder;
  const auto file = folder.write("test.yaml", kValid);
  const Experiment experiment = load_experiment(file, {"training.seed=7"}, declarations());
  const auto& origins = experiment.origins;
  CHECK(origins.at("model.hidden_size") == file.string() + ":12");
  CHECK(origins.at("dataset.split.size") == file.string() + ":6");
  CHECK(origins.at("model.type") == file.string() + ":11");
  CHECK(origins.at("name") == file.string() + ":1");
  CHECK(origins.at("training.seed") == "override");
  CHECK(origins.at("model.resid_pdrop") == "default");
  CHECK(origins.at("model.vocab_size") == "tokenizer.vocab_size");
  CHECK(origins.count("model.n_inner") == 0);
}

TEST_CASE("a section that is left out gets defaults where that is possible") {
  const Experiment experiment = load(kDatasetAndModel);
  CHECK(experiment.name == "test");
  CHECK(experiment.description.empty());
  CHECK(experiment.resolved["tokenizer"] == json{{"type", "bpe"}, {"vocab_size", 50257}});
  CHECK(experiment.origins.at("tokenizer.type") == "usual tokenizer of gpt");
  CHECK(experiment.resolved["training"]["per_device_train_batch_size"] == 8);

  CHECK_THAT(message_of("name: x\n"), Equals("test.yaml: dataset: the section is missing; its 'type' names a plugin, "
                                             "known: 'textbooks'\n"
                                             "test.yaml: model: the section is missing; its 'type' names a plugin, "
                                             "known: 'gpt', 'bert'"));
  CHECK_THAT(message_of("dataset: {type: textbooks, books: [a]}\nmodel: {type: bert}\n"),
             Equals("test.yaml: tokenizer: the section is missing; its 'type' names a plugin, known: 'bpe', 'words'"));
}

TEST_CASE("a section with all its keys commented out has no keys") {
  CHECK(load(kDatasetAndModel + "training:\n  # seed: 3\n").resolved == load(kDatasetAndModel).resolved);
  CHECK_THAT(message_of(kDatasetAndModel + "training: null\n"),
             Contains("test.yaml:3:11: training: expected a mapping of options, got null"));
  CHECK_THAT(message_of(kDatasetAndModel + "training: 3\n"), Contains("expected a mapping of options, got '3'"));
}

TEST_CASE("a section of a plugin needs a type") {
  CHECK_THAT(message_of("dataset: {type: textbooks, books: [a]}\nmodel: {hidden_size: 3}\n"),
             Contains("test.yaml:2:8: model: 'type' is missing; known: 'gpt', 'bert'"));
}

TEST_CASE("an unknown plugin names the nearest one and the folders searched") {
  CHECK_THAT(message_of("dataset: {type: textbooks, books: [a]}\nmodel: {type: gtp}\n"),
             Equals("test.yaml:2:15: model.type: there is no model plugin 'gtp'; known: 'gpt', 'bert'; "
                    "searched: /plugins/one, /plugins/two; did you mean 'gpt'?\n"
                    "     2 | model: {type: gtp}\n"
                    "       |               ^"));
}

TEST_CASE("a plugin that cannot be used is blamed, not the experiment") {
  Declarations known = declarations();
  known.unusable = {{PluginKind::model, "llama", "it was built for another libtorch"}};
  const Folder folder;
  const auto file = folder.write("x.yaml", "dataset: {type: textbooks, books: [a]}\nmodel: {type: llama}\n");
  try {
    load_experiment(file, {}, known);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::plugin);
    CHECK_THAT(error.what(), Contains("the model plugin 'llama' cannot be used: it was built for another libtorch"));
  }
}

TEST_CASE("a model's vocabulary follows the tokenizer's unless it is given") {
  const std::string head = "dataset: {type: textbooks, books: [a]}\n";
  CHECK(load(head + "model: {type: gpt}\ntokenizer: {type: bpe, vocab_size: 300}\n").resolved["model"]["vocab_size"] ==
        300);
  CHECK(load(head + "model: {type: gpt, vocab_size: 9}\n").resolved["model"]["vocab_size"] == 9);
  CHECK(load(head + "model: {type: gpt, vocab_size: }\n").resolved["model"]["vocab_size"] == 50257);
  CHECK_FALSE(load(head + "model: {type: gpt}\ntokenizer: {type: words}\n").resolved["model"].contains("vocab_size"));
  CHECK_FALSE(load(head + "model: {type: bert}\ntokenizer: {type: bpe}\n").resolved["model"].contains("vocab_size"));
}

TEST_CASE("all problems are reported at once, in the order of the lines") {
  const std::string message = message_of(
      "model:\n"
      "  type: gpt\n"
      "  hiden_size: 768\n"
      "  resid_pdrop: 1.5\n"
      "  num_hidden_layers: 010\n"
      "dataset:\n"
      "  type: textbook\n"
      "trainig: {seed: 1}\n",
      {"training.sead=3"});
  CHECK_THAT(
      message,
      Equals(
          "test.yaml:3:3: model.hiden_size: the model 'gpt' has no option 'hiden_size'; did you mean 'hidden_size'?\n"
          "     3 |   hiden_size: 768\n"
          "       |   ^\n"
          "test.yaml:4:16: model.resid_pdrop: expected a number from 0 to 1, got 1.5\n"
          "     4 |   resid_pdrop: 1.5\n"
          "       |                ^\n"
          "test.yaml:5:22: model.num_hidden_layers: expected an integer from 1 to 1000, got '010'; write 10\n"
          "     5 |   num_hidden_layers: 010\n"
          "       |                      ^\n"
          "test.yaml:7:9: dataset.type: there is no dataset plugin 'textbook'; known: 'textbooks'; "
          "searched: /plugins/one, /plugins/two; did you mean 'textbooks'?\n"
          "     7 |   type: textbook\n"
          "       |         ^\n"
          "test.yaml:8:1: trainig: an experiment has no such key; did you mean 'training'?\n"
          "     8 | trainig: {seed: 1}\n"
          "       | ^\n"
          "override 'training.sead=3': training.sead: training has no option 'sead'; did you mean 'seed'?"));
}

TEST_CASE("an unknown key names the section that it belongs to") {
  CHECK_THAT(message_of("dataset: {type: textbooks, books: [a]}\nmodel: {type: gpt, learning_rate: 1e-4}\n"),
             Contains("model.learning_rate: the model 'gpt' has no option 'learning_rate'; did you mean "
                      "'training.learning_rate'?"));
  CHECK_THAT(message_of(kDatasetAndModel + "seed: 1\n"),
             Contains("test.yaml:3:1: seed: an experiment has no such key; did you mean 'training.seed'?"));
  CHECK_THAT(message_of(kDatasetAndModel + "Zebra-Crossing: 1\n"), Contains("an experiment has no such key\n"));
}

TEST_CASE("the framework's options of a data set are mappings within it") {
  const std::string head = "model: {type: gpt}\ndataset:\n  type: textbooks\n  books: [a]\n";
  CHECK(load(head + "  split: {size: 64}\n").resolved["dataset"]["split"] == json{{"by", "characters"}, {"size", 64}});
  CHECK(load(head + "  split:\n").resolved["dataset"]["split"]["size"] == 512);
  CHECK_THAT(message_of(head + "  split: {sise: 64}\n"),
             Contains("test.yaml:5:11: dataset.split.sise: the dataset 'textbooks' has no option 'split.sise'; "
                      "did you mean 'size'?"));
  CHECK_THAT(message_of(head + "  split: 512\n"),
             Contains("test.yaml:5:10: dataset.split: expected a mapping of 'by', 'size', got '512'"));
  CHECK_THAT(message_of(head + "  split.size: 64\n"), Contains("write a nested mapping instead of the dot"));
}

TEST_CASE("a required option that is not given is named with what it takes") {
  CHECK_THAT(message_of("dataset: {type: textbooks}\nmodel: {type: gpt}\n"),
             Contains("test.yaml:1:17: dataset.books: is required: expected a list of text"));
  const std::string refused = message_of("dataset: {type: textbooks, books: 3}\nmodel: {type: gpt}\n");
  CHECK_THAT(refused, !Contains("is required"));
}

TEST_CASE("a name is 1 to 64 letters, digits, dots, underscores and hyphens") {
  const std::string long_name(65, 'a');
  CHECK(load(kDatasetAndModel + "name: a.B_c-9\n").name == "a.B_c-9");
  CHECK(load(kDatasetAndModel + "name: " + long_name.substr(1) + "\n").name.size() == 64);
  for (const std::string& bad :
       {long_name, std::string("a b"), std::string("a/b"), std::string("''"), std::string("\xC3\xA9")}) {
    CHECK_THAT(message_of(kDatasetAndModel + "name: " + bad + "\n"),
               Contains("test.yaml:3:7: name: expected 1 to 64 letters, digits, '.', '_' or '-', got '"));
  }
  const Folder folder;
  const auto file = folder.write("my experiment.yaml", kDatasetAndModel);
  CHECK_THROWS_WITH(load_experiment(file, {}, declarations()),
                    Contains("got 'my experiment', the file's name; give the experiment a name"));
}

TEST_CASE("a long list of problems is cut") {
  std::string text = kValid;
  for (int i = 0; i < 500; ++i) text += "  key_" + std::to_string(i) + ": 1\n";
  const std::string message = message_of(text);
  CHECK_THAT(message, Contains("training.key_99: "));
  CHECK_THAT(message, !Contains("training.key_100: "));
  CHECK_THAT(message, Contains("These are the first 100 problems; there may be more."));
}
