#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "folio/version.h"
#include "unit/cli/program_output.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::test;
using Catch::Matchers::Contains;

namespace {

/// What `runner plugins ARGUMENTS` prints with only this folder's plugins to be found.
std::string output_of(const fs::path& folder, const std::string& arguments) {
  const ScopedVariable data("XDG_DATA_HOME", (folder / "data").string());
  const ScopedVariable cache("XDG_CACHE_HOME", (folder / "cache").string());
  const ScopedVariable path("FOLIO_PLUGIN_PATH", std::nullopt);
  const cli::Program program("runner", "", "");
  int exit_code = 0;
  cli::GlobalOptions global;
  global.plugin_path = {folder / "plugins"};
  cli::add_plugins(program, global, exit_code);
  const std::string printed = folio::test::printed_by(program, "plugins " + arguments);
  CHECK(exit_code == 0);
  return printed;
}

}  // namespace

TEST_CASE("the list shows each plugin with its folder, and after them what cannot be used") {
  const TemporaryFolder folder;
  folder.add("good", "plugins");
  folder.add("other_sdk", "plugins");
  const std::string text = output_of(folder.path(), "");
  CHECK_THAT(text, Contains("dataset") && Contains("good") && Contains("One given text"));
  CHECK_THAT(text, Contains((folder.path() / "plugins").string()));
  CHECK_THAT(text, Contains("\ncannot be used: ") &&
                       Contains("version of the SDK: wanted " + std::to_string(FOLIO_SDK_VERSION) + ", found 99"));
}

TEST_CASE("one plugin is shown with all that its options declare") {
  const TemporaryFolder folder;
  folder.add("good", "plugins");
  const std::string text = output_of(folder.path(), "show good");
  CHECK_THAT(text, Contains("good 1.0, a dataset: One given text\n"));
  CHECK_THAT(text, Contains("option  type     default  range   unit       meaning\n"));
  CHECK_THAT(text, Contains("copies  integer  1        1 to 9  documents  how often it is yielded\n"));
  CHECK(output_of(folder.path(), "show dataset/good") == text);
}

TEST_CASE("the plugin guide shows the options of its example as they are printed") {
  const std::string guide = read_file(fs::path(FOLIO_SOURCE_DIR) / "docs" / "plugin-guide.md");
  const std::size_t begin = guide.find("\noption      type");
  REQUIRE(begin != std::string::npos);
  const std::string table = guide.substr(begin, guide.find("```", begin) - begin);
  const TemporaryFolder folder;
  folder.add("lines", "plugins");
  CHECK_THAT(output_of(folder.path(), "show lines"), Contains(table));
}

TEST_CASE("lists and plugins can be had as JSON") {
  const TemporaryFolder folder;
  folder.add("good", "plugins");
  folder.add("other_sdk", "plugins");
  const auto list = nlohmann::json::parse(output_of(folder.path(), "--json"));
  const auto& plugins = list.at("plugins");
  CHECK(std::any_of(plugins.begin(), plugins.end(), [](const auto& plugin) { return plugin.at("id") == "good"; }));
  CHECK(list.at("problems").at(0).at("fatal") == true);
  CHECK(list.at("folders").at(0) == (folder.path() / "plugins").string());
  const auto plugin = nlohmann::json::parse(output_of(folder.path(), "show good --json"));
  CHECK(plugin.at("options").at(1).at("maximum") == 9);
}

TEST_CASE("a plugin that is not there or is broken is told from show too") {
  const TemporaryFolder folder;
  folder.add("good", "plugins");
  folder.add("other_sdk", "plugins");
  const auto error = [&](ErrorKind kind, const std::string& arguments) {
    return error_of(kind, [&] { output_of(folder.path(), "show " + arguments); });
  };
  CHECK_THAT(error(ErrorKind::plugin, "goood"), Contains("no plugin 'goood'; did you mean 'good'?"));
  CHECK_THAT(error(ErrorKind::plugin, "other_sdk"), Contains("version of the SDK"));
  CHECK_THAT(error(ErrorKind::usage, "modle/gpt"), Contains("'modle' is not a kind of plugin"));
}
