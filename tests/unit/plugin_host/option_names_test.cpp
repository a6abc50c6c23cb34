#include "plugin_host/option_names.h"

#include <catch2/catch.hpp>

#include "folio/description.h"

using namespace folio;
using Catch::Matchers::Contains;
using folio::plugin_host::problem_with_names;

namespace {

std::string problem(PluginKind kind, std::vector<std::string> names) {
  std::vector<Option> options;
  for (std::string& name : names) options.push_back(text(std::move(name), "").help("for the test"));
  return problem_with_names(kind, OptionTable(std::move(options))).value_or("");
}

}  // namespace

TEST_CASE("a data set's option may have no name that the framework has for every data set") {
  for (const std::string& name : framework_dataset_options().names()) {
    INFO(name);
    CHECK_THAT(problem(PluginKind::dataset, {"file", name}),
               Contains("'" + name + "' is one that Folio gives every data set"));
    CHECK(problem(PluginKind::model, {name}).empty());
    CHECK(problem(PluginKind::tokenizer, {name}).empty());
  }
  // A mapping of the framework's, as a single value; and a single value of the framework's, as a mapping.
  CHECK_THAT(problem(PluginKind::dataset, {"split"}), Contains("declares an option 'split', but 'split.by' is one"));
  CHECK_THAT(problem(PluginKind::dataset, {"shuffle.seed"}), Contains("'shuffle' is one that Folio gives"));
  CHECK(problem(PluginKind::dataset, {"splits", "shuffled", "split.words", "files"}).empty());
}

TEST_CASE("a model's option may have no name that the framework has for every model") {
  for (const std::string& name : framework_model_options().names()) {
    INFO(name);
    CHECK_THAT(problem(PluginKind::model, {"hidden_size", name}),
               Contains("'" + name + "' is one that Folio gives every model"));
    CHECK(problem(PluginKind::dataset, {name}).empty());
    CHECK(problem(PluginKind::tokenizer, {name}).empty());
  }
  CHECK_THAT(problem(PluginKind::model, {"from.folder"}), Contains("'from' is one that Folio gives every model"));
}

TEST_CASE("an option's name can be said in an experiment, and once") {
  CHECK_THAT(problem(PluginKind::model, {"type"}), Contains("'type' names the plugin in an experiment"));
  CHECK_THAT(problem(PluginKind::model, {"type.of"}), Contains("'type' names the plugin in an experiment"));
  CHECK(problem(PluginKind::model, {"size", "size"}) == "declares the option 'size' twice");
  CHECK_THAT(problem(PluginKind::model, {"rope", "rope.theta"}),
             Contains("'rope' and 'rope.theta', but one of them would have to be a mapping"));
  for (const std::string name : {"", ".", "a.", ".a", "a..b", "a b", "a=b", "a\n"})
    CHECK_THAT(problem(PluginKind::model, {name}), Contains("expected a name of letters, digits and '_'"));
}
