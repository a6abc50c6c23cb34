#include "plugin_host/loaded_plugin.h"

#include <vector>

#include "folio/dataset.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

std::string fixture_error(const std::string& name) {
  const std::string message = error_of(ErrorKind::plugin, [&] { LoadedPlugin(fixture(name)).describe(); });
  CHECK_THAT(message, StartsWith(fixture(name).string() + ": "));
  return message;
}

OptionValues values_of(const LoadedPlugin& plugin, const std::map<std::string, OptionValue>& given) {
  return OptionValues(plugin.descriptor().options(), given);
}

}  // namespace

TEST_CASE("a plugin is loaded, described and makes what it is for") {
  const LoadedPlugin plugin(fixture("good"));
  CHECK(plugin.name() == "dataset plugin 'good'");

  const PluginDescription description = plugin.describe();
  CHECK(description.kind == PluginKind::dataset);
  CHECK(description.id == "good");
  CHECK(description.version == "1.0");
  CHECK(description.options.names() == std::vector<std::string>{"text", "copies"});
  CHECK(description.library == fixture("good").string());
  CHECK(description.library_hash.size() == 64);

  std::vector<Document> documents;
  const auto dataset = plugin.make<Dataset>(values_of(plugin, {{"text", std::string("or not to be")}}));
  dataset->read([&](Document document) { documents.push_back(std::move(document)); });
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].text == "or not to be");
}

TEST_CASE("what a plugin made outlives the object that loaded it") {
  const auto make = [] {
    const LoadedPlugin plugin(fixture("good"));
    return plugin.make<Dataset>(values_of(plugin, {}));
  };
  const std::unique_ptr<Dataset> dataset = make();
  std::string text;
  dataset->read([&](const Document& document) { text = document.text; });
  CHECK(text == "To be");
}

TEST_CASE("a relative path is no name to search for") {
  const fs::path before = fs::current_path();
  fs::current_path(fixture("good").parent_path());
  CHECK(LoadedPlugin("fixture_good.so").describe().library == fixture("good").string());
  fs::current_path(before);
}

TEST_CASE("a symbol that nobody defines is named in the words of its source") {
  CHECK_THAT(fixture_error("undefined_symbol"),
             Contains("cannot be loaded: it uses elsewhere::count_words(") && Contains("_ZN9elsewhere11count_words"));
}

TEST_CASE("a descriptor is checked against the stamp and for being whole") {
  CHECK_THAT(fixture_error("no_entry_symbol"), Contains("exports no function 'folio_plugin'"));
  CHECK_THAT(fixture_error("other_descriptor_size"), Contains("its descriptor does not fit: wanted "));
  CHECK_THAT(fixture_error("other_descriptor_id"), Contains("its build stamp says dataset 'other_descriptor_id', its "
                                                            "descriptor dataset 'innocent'"));
  CHECK_THAT(fixture_error("other_descriptor_stamp"), Contains("its build stamp is not the one in its file"));
  CHECK_THAT(fixture_error("no_factory"),
             Contains("says that it is a dataset but gives FOLIO_PLUGIN no .make_dataset"));
}

TEST_CASE("options that contradict themselves are the plugin's fault") {
  CHECK_THAT(fixture_error("default_out_of_range"),
             EndsWith("the default of its option 'size' is wrong: expected an integer of at least 1, got 0"));
  CHECK_THAT(fixture_error("option_declared_twice"), EndsWith("declares the option 'size' twice"));
  CHECK_THAT(fixture_error("option_of_framework"),
             EndsWith("declares an option 'shuffle', but 'shuffle' is one that Folio gives every data set; give the "
                      "plugin's another name"));
}

TEST_CASE("what a factory throws gets the plugin's name and keeps its kind") {
  const LoadedPlugin plugin(fixture("throws_when_made"));
  const auto thrown = [&](ErrorKind kind, const std::string& what) {
    return error_of(kind, [&] { plugin.make<Dataset>(values_of(plugin, {{"what", what}})); });
  };
  const std::string name = "dataset plugin 'throws_when_made': ";
  CHECK(thrown(ErrorKind::experiment, "folio::Error") == name + "'books' and 'text' exclude each other");
  CHECK(thrown(ErrorKind::plugin, "std::exception") == name + "failed when it was created: no book today");
  CHECK(thrown(ErrorKind::plugin, "a number") ==
        name + "failed when it was created: it threw something that is not an exception");
  CHECK(thrown(ErrorKind::plugin, "nothing") == name + "its factory returned nothing");
}

TEST_CASE("the data set of the plugin guide reads lines") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("proverbs.txt", "Haste makes waste\n\nAll is well\n");
  const LoadedPlugin plugin(fixture("lines"));
  const auto dataset = plugin.make<Dataset>(values_of(plugin, {{"file", file.string()}}));
  std::vector<std::string> texts;
  dataset->read([&](const Document& document) { texts.push_back(document.name + ": " + document.text); });
  CHECK(texts == std::vector<std::string>{"line 1: Haste makes waste", "line 3: All is well"});
  CHECK(error_of(ErrorKind::experiment, [&] {
          plugin.make<Dataset>(values_of(plugin, {{"file", std::string("absent.txt")}}));
        }) == "dataset plugin 'lines': absent.txt: there is no such file");
}
