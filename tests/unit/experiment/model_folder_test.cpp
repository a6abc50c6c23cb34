// Experiments whose model starts from a folder or a run.

#include <catch2/catch.hpp>
#include <filesystem>

#include "folio/error.h"
#include "unit/experiment/declarations.h"

using namespace folio;
using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;

namespace {

HuggingFaceClass class_named(const std::string& name, const std::string& model_type) {
  HuggingFaceClass described;
  described.name = name;
  described.model_type = model_type;
  described.settings = {{"is_decoder", {false}}};
  return described;
}

/// The small world with a tokenizer for files, and a gpt that equals a class.
Declarations with_classes() {
  Declarations known = declarations();
  PluginDescription pretrained;
  pretrained.kind = PluginKind::tokenizer;
  pretrained.id = "pretrained";
  pretrained.options = {text("file")};
  known.plugins.push_back(pretrained);
  for (PluginDescription& plugin : known.plugins) {
    if (plugin.kind != PluginKind::model || plugin.id != "gpt") continue;
    plugin.hugging_face = class_named("GPT2LMHeadModel", "gpt2");
    plugin.options = {integer("vocab_size").absent_means("the tokenizer's"),
                      integer("hidden_size", 768).at_least(1).config_name("n_embd"),
                      number("resid_pdrop", 0.1).between(0, 1), integer("n_inner").absent_means("4 * hidden_size")};
  }
  return known;
}

constexpr const char* kConfig = R"({"model_type": "gpt2", "vocab_size": 99, "n_embd": 48, "n_inner": null})";
const std::string kHead = "dataset: {type: textbooks, books: [a]}\n";

struct World {
  World() {
    folder.write("m/config.json", kConfig);
    folder.write("m/tokenizer.json", "{}");
  }

  Experiment load(const std::string& rest, const std::vector<std::string>& overrides = {}) const {
    return load_experiment(folder.write("test.yaml", kHead + rest), overrides, known);
  }
  std::string problem(const std::string& rest, const std::vector<std::string>& overrides = {}) const {
    try {
      load(rest, overrides);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::experiment);
      return error.what();
    }
    FAIL("nothing was thrown");
    return "";
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  Folder folder;
  Declarations known = with_classes();
};

}  // namespace

TEST_CASE("a model takes its options from the folder that it starts from, and its tokenizer") {
  const World world;
  for (const std::string model : {"model: {type: gpt, from: m}\n", "model: {from: m}\n", "model: {from: ./m/../m}\n"}) {
    INFO(model);
    const Experiment experiment = world.load(model);
    CHECK(
        experiment.resolved["model"] ==
        nlohmann::json{
            {"type", "gpt"}, {"from", world.path("m")}, {"vocab_size", 99}, {"hidden_size", 48}, {"resid_pdrop", 0.1}});
    CHECK(experiment.resolved["tokenizer"] ==
          nlohmann::json{{"type", "pretrained"}, {"file", world.path("m/tokenizer.json")}});
    CHECK(experiment.origins.at("model.hidden_size") == world.path("m/config.json"));
    CHECK(experiment.origins.at("model.resid_pdrop") == "default");
    CHECK(experiment.origins.at("model.from") == world.path("test.yaml") + ":2");
    CHECK(experiment.origins.at("tokenizer.file") == "model.from");
    CHECK(experiment.notes.empty());
  }
  CHECK(world.load("model: {type: gpt}\n", {"tokenizer=bpe", "model.from=" + world.path("m")})
            .resolved["model"]["hidden_size"] == 48);
}

TEST_CASE("a tokenizer section counts before the folder's tokenizer") {
  const World world;
  const std::string model = "model: {type: gpt, from: m}\n";
  CHECK(world.load("tokenizer: {type: pretrained}\n" + model).resolved["tokenizer"]["file"] ==
        world.path("m/tokenizer.json"));
  CHECK(world.load("tokenizer: {type: pretrained, file: t.json}\n" + model).resolved["tokenizer"]["file"] == "t.json");
  const Experiment other = world.load("tokenizer: {type: bpe}\n" + model);
  CHECK(other.resolved["tokenizer"]["type"] == "bpe");
  REQUIRE(other.notes.size() == 1);
  CHECK_THAT(other.notes[0], Contains("the tokenizer 'bpe' is trained anew"));

  std::filesystem::remove(world.path("m/tokenizer.json"));
  CHECK_THAT(world.problem(model), Contains("m: has no tokenizer.json, tokenizer.model or spiece.model"));
  world.folder.write("m/spiece.model", "x");
  CHECK(world.load(model).resolved["tokenizer"]["file"] == world.path("m/spiece.model"));
}

TEST_CASE("an option that is given besides has to agree with the folder's") {
  const World world;
  CHECK(world.load("model: {from: m, hidden_size: 48, resid_pdrop: 0.1, vocab_size: ~}\n")
            .resolved["model"]["vocab_size"] == 99);
  CHECK_THAT(world.problem("model: {type: gpt, from: m, hidden_size: 64}\n"),
             Contains("test.yaml:2:42: model.hidden_size: is 64, but " + world.path("m/config.json") +
                      " has n_embd 48; leave it out, or give the same"));
  CHECK_THAT(
      world.problem("model: {type: gpt, from: m}\n", {"model.resid_pdrop=0.5"}),
      Contains("override 'model.resid_pdrop=0.5': model.resid_pdrop: is 0.5, but") && Contains("leaves it at 0.1"));
}

TEST_CASE("a folder that the plugin does not read is told what does") {
  const World world;
  world.folder.write("b/config.json", R"({"model_type": "gpt_neox"})");
  CHECK_THAT(world.problem("model: {type: gpt, from: b}\n"),
             Contains("has the model_type 'gpt_neox', which no plugin here reads; 'gpt' reads 'gpt2'"));
  CHECK_THAT(world.problem("model: {from: b}\n"),
             Contains("model.type: is missing, and no plugin here reads the model_type 'gpt_neox'"));
  CHECK_THAT(world.problem("model: {type: bert, from: m}\n"), Contains("the model 'bert' cannot start from a folder"));
  world.folder.write("b/config.json", "{}");
  CHECK_THAT(world.problem("model: {type: gpt, from: b}\n"), Contains("has no model_type, which no plugin"));
  Declarations known = world.known;
  for (PluginDescription& plugin : known.plugins)
    if (plugin.id == "bert") plugin.hugging_face = class_named("BertForMaskedLM", "bert");
  world.folder.write("b/config.json", R"({"model_type": "bert"})");
  world.folder.write("test.yaml", kHead + "model: {type: gpt, from: b}\n");
  CHECK_THROWS_WITH(load_experiment(world.path("test.yaml"), {}, known),
                    Contains("has the model_type 'bert', which the model 'bert' reads; 'gpt' reads 'gpt2'"));
}

TEST_CASE("a feature of a folder that Folio has not is named") {
  const World world;
  world.folder.write("m/config.json", R"({"model_type": "gpt2", "n_embd": "wide", "is_decoder": true})");
  const std::string problem = world.problem("model: {type: gpt, from: m}\n");
  CHECK_THAT(problem, Contains("config.json: n_embd: expected an integer of at least 1, got \"wide\""));
  CHECK_THAT(problem, Contains("config.json: has no 'vocab_size'"));
  CHECK_THAT(problem, Contains("config.json: is_decoder: expected false, since Folio has no other, got true"));
  world.folder.write("m/config.json", "{");
  CHECK_THAT(world.problem("model: {from: m}\n"), Contains("config.json: is not valid JSON"));
}

TEST_CASE("a model starts from a run where no folder has the name") {
  World world;
  world.known.model_of_run = [&](const std::string& run) {
    if (run != "latest") throw Error(ErrorKind::usage, "there is no run '" + run + "'");
    return std::filesystem::path(world.path("runs/0123/model"));
  };
  world.folder.write("runs/0123/model/config.json", kConfig);
  world.folder.write("runs/0123/model/tokenizer.json", "{}");
  CHECK(world.load("model: {from: latest}\n").resolved["model"]["from"] == world.path("runs/0123/model"));
  CHECK(world.load("model: {from: runs/0123}\n").resolved["model"]["from"] == world.path("runs/0123/model"));
  const std::string problem = world.problem("model: {type: gpt, from: openai-community/gpt2}\n");
  CHECK_THAT(problem, Contains("'openai-community/gpt2' is not a folder here") &&
                          Contains("no run: there is no run 'openai-community/gpt2'") &&
                          Contains("models of a hub are not fetched"));
  CHECK_THAT(world.problem("model: {type: gpt, from: test.yaml}\n"), Contains("'test.yaml' is a file"));
  CHECK_THAT(world.problem("model: {from: ''}\n"),
             Contains("model.from: is empty, expected a model's folder or a run"));
  for (const std::string nothing : {"~", "[a]", "{a: b}", ""})
    CHECK_THAT(world.problem("model: {from: " + nothing + "}\n"), Contains("model: 'type' is missing"));
  CHECK(world.load("model: {type: gpt, from: ~}\n").resolved["model"]["hidden_size"] == 768);
  CHECK_THAT(world.problem("model: {type: gpt, from: [m]}\n"), Contains("model.from: expected a text, got a list"));
  world.folder.write("empty/x", "");
  CHECK_THAT(world.problem("model: {type: gpt, from: empty}\n"), Contains("empty: has no config.json"));
}
