#include <catch2/catch.hpp>

#include "experiment/experiment.h"
#include "folio/error.h"
#include "unit/experiment/declarations.h"

using namespace folio;
using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

std::string failure(const std::filesystem::path& file, const std::vector<std::string>& overrides = {}) {
  try {
    load_experiment(file, overrides, declarations());
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  FAIL("accepted");
  return "";
}

}  // namespace

TEST_CASE("a file that extends another lays its keys over those of the other") {
  const Folder folder;
  const auto base = folder.write("base/romeo.yaml", kValid);
  const auto child = folder.write("child.yaml",
                                  "extends: base/romeo.yaml\n"
                                  "name: child\n"
                                  "dataset:\n"
                                  "  books: [macbeth, moby-dick]\n"
                                  "  split: {size: 64}\n"
                                  "training:\n");
  const Experiment experiment = load_experiment(child, {}, declarations());
  CHECK(experiment.name == "child");
  CHECK(experiment.resolved["dataset"]["books"] == json{"macbeth", "moby-dick"});
  CHECK(experiment.resolved["dataset"]["split"] == json{{"by", "characters"}, {"size", 64}});
  CHECK(experiment.resolved["training"]["learning_rate"] == 1e-4);
  CHECK(experiment.resolved["model"]["hidden_size"] == 768);
  CHECK(experiment.origins.at("dataset.split.size") == child.string() + ":5");
  CHECK(experiment.origins.at("dataset.split.by") == "extends " + base.string() + ":6");
  CHECK_THAT(experiment.source, Catch::StartsWith("extends: base/romeo.yaml"));
}

TEST_CASE("files extend each other in a chain, each relative to its own folder") {
  const Folder folder;
  folder.write("base.yaml", kValid);
  folder.write("deep/middle.yaml", "extends: ../base.yaml\nmodel: {hidden_size: 64}\ntraining: {seed: 1}\n");
  const auto top = folder.write("top.yaml", "extends: deep/middle.yaml\nname: top\ntraining: {seed: 2}\n");
  const Experiment experiment = load_experiment(top, {}, declarations());
  CHECK(experiment.resolved["model"]["hidden_size"] == 64);
  CHECK(experiment.resolved["model"]["num_hidden_layers"] == 12);
  CHECK(experiment.resolved["training"]["seed"] == 2);
}

TEST_CASE("name and description are those of the file itself") {
  const Folder folder;
  folder.write("base.yaml", kValid);
  const Experiment experiment = load_experiment(folder.write("top.yaml", "extends: base.yaml\n"), {}, declarations());
  CHECK(experiment.name == "top");
  CHECK(experiment.description.empty());
}

TEST_CASE("another type keeps the inherited keys, and one that it does not know is an error") {
  const Folder folder;
  const auto base = folder.write("base.yaml", kValid);
  const auto child = folder.write("child.yaml", "extends: base.yaml\nmodel: {type: bert}\n");
  const std::string message = failure(child);
  CHECK_THAT(message, Catch::StartsWith(base.string() +
                                        ":13:3: model.num_hidden_layers: the model 'bert' has no "
                                        "option 'num_hidden_layers', which " +
                                        child.string() + ":2:15 chose"));
  const Experiment experiment = load_experiment(child, {"~model.num_hidden_layers"}, declarations());
  CHECK(experiment.resolved["model"] == json{{"type", "bert"}, {"hidden_size", 768}, {"intermediate_size", 1024}});
}

TEST_CASE("files that extend each other in a circle are refused with the whole circle") {
  const Folder folder;
  const auto a = folder.write("a.yaml", "extends: b.yaml\n");
  const auto b = folder.write("b.yaml", "name: b\nextends: ./a.yaml\n");
  CHECK_THAT(failure(a), Catch::StartsWith(b.string() + ":2:10: extends: the files extend each other in a circle: " +
                                           a.string() + " extends " + b.string() + " extends " + a.string()));
  const auto self = folder.write("self.yaml", "extends: self.yaml\n");
  CHECK_THAT(failure(self), Contains("in a circle: " + self.string() + " extends " + self.string()));
}

TEST_CASE("a missing file is named with the chain that led to it and the nearest name") {
  const Folder folder;
  folder.write("romeo.yaml", kValid);
  const auto child = folder.write("child.yaml", "extends: rome.yaml\n");
  const std::string near = (folder.path() / "romeo.yaml").string();
  const std::string missing = (folder.path() / "rome.yaml").string();
  CHECK_THAT(failure(child), Catch::StartsWith(child.string() + ":1:10: extends: no such file: " + child.string() +
                                               " extends " + missing + "; did you mean '" + near + "'?"));
  CHECK(failure(missing) == missing + ": no such file; did you mean '" + near + "'?");
  CHECK_THAT(failure(folder.path() / "nowhere" / "x.yaml"), Catch::EndsWith("x.yaml: no such file"));
}

TEST_CASE("extends takes the name of one file") {
  CHECK_THAT(message_of("extends: [a, b]\n"),
             Contains("test.yaml:1:10: extends: expected the name of a file, got a list"));
  CHECK_THAT(message_of("extends:\n"), Contains("extends: expected the name of a file, got nothing"));
  CHECK_THAT(message_of("extends: .\n"), Contains("is a folder"));
}
