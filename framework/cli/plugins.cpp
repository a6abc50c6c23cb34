#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/plugins_trust.h"
#include "cli/view/print_json.h"
#include "experiment/option_text.h"
#include "formats/description_json.h"
#include "plugin_host/catalogue.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "terminal/page.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using plugin_host::Catalogue;
using plugin_host::PluginProblem;

struct Arguments {
  bool json = false;
  std::string name;
};

json to_json(const Catalogue& catalogue) {
  json plugins = json::array(), problems = json::array(), folders = json::array();
  for (const PluginDescription& plugin : catalogue.plugins()) plugins.push_back(folio::to_json(plugin));
  for (const PluginProblem& problem : catalogue.problems())
    problems.push_back({{"library", problem.library.string()}, {"message", problem.message}, {"fatal", problem.fatal}});
  for (const fs::path& folder : catalogue.folders()) folders.push_back(folder.string());
  return {{"plugins", plugins}, {"problems", problems}, {"folders", folders}};
}

/// The plugins with the folder of each, which on a terminal has no column: below them are the folders.
std::string plugin_table(const Catalogue& catalogue, const Paint& paint, int width) {
  std::vector<Table::Column> columns{{"kind"}, {"id"}, {"version"}, {"what it is"}};
  if (width == 0) columns.push_back({"from"});
  Table table(columns);
  std::map<std::string, std::string> ids;  // by folder
  for (const PluginDescription& plugin : catalogue.plugins()) {
    const std::string folder = fs::path(plugin.library).parent_path().string();
    std::vector<std::string> cells{std::string(to_string(plugin.kind)), paint.bold(plugin.id), plugin.version,
                                   plugin.summary};
    if (width == 0) cells.push_back(folder);
    table.add_row(std::move(cells));
    ids[folder] += (ids[folder].empty() ? "" : ", ") + plugin.id;
  }
  std::string text = table.fitted(width);
  if (width == 0) return text;
  for (const auto& [folder, its] : ids)
    text += fitted_lines("\nfrom " + folder + (ids.size() > 1 ? ": " + its : "") + "\n", width);
  return text;
}

void print_list(const Catalogue& catalogue) {
  const Paint paint(use_colour(STDOUT_FILENO));
  if (catalogue.plugins().empty()) {
    std::cout << "No plugins. The folders searched, in order:\n";
    for (const fs::path& folder : catalogue.folders()) std::cout << "  " << folder.string() << '\n';
  } else {
    const int width = table_width(STDOUT_FILENO);
    std::cout << plugin_table(catalogue, paint, width)
              << fitted_lines(
                     "\nTo see the options of one: runner plugins show " + catalogue.plugins().back().id + "\n", width);
  }
  for (const PluginProblem& problem : catalogue.problems()) {
    const std::string label = problem.fatal ? paint.red("cannot be used") : paint.yellow("note");
    std::cout << '\n' << fitted_lines(label + ": " + problem.message + "\n", table_width(STDOUT_FILENO));
  }
}

/// "As every model: from (runner help model.from)", a line of its own; empty where there are none.
std::string common_options(PluginKind kind) {
  const std::vector<std::string> names = framework_options(kind).names();
  if (names.empty()) return "";
  return fmt::format("\nas every {0}: {1} (runner help {2}.{3})\n", kind == PluginKind::dataset ? "data set" : "model",
                     fmt::join(names, ", "), to_string(kind), names.front());
}

void print_plugin(const PluginDescription& plugin) {
  const Paint paint(use_colour(STDOUT_FILENO));
  const int width = table_width(STDOUT_FILENO);
  std::cout << fitted_lines(
      fmt::format("{} {}, a {}: {}\n", paint.bold(plugin.id), plugin.version, to_string(plugin.kind), plugin.summary),
      width);
  if (!plugin.objective.empty()) std::cout << "objective: " << plugin.objective << '\n';
  if (!plugin.usual_tokenizer.empty()) std::cout << "usual tokenizer: " << plugin.usual_tokenizer << '\n';
  std::cout << fitted_lines("from: " + plugin.library + "\n", width) << "\n";
  const std::string common = common_options(plugin.kind);
  if (plugin.options.options().empty()) {
    std::cout << "It has no options of its own.\n" << fitted_lines(common, width);
    return;
  }
  Table table({{"option"}, {"type"}, {"default"}, {"range"}, {"unit"}, {"meaning"}});
  for (const Option& option : plugin.options.options()) {
    table.add_row({paint.bold(option.name), std::string(to_string(option.type)), experiment::default_text(option),
                   experiment::range_text(option), option.unit_text, option.help_text});
  }
  std::cout << table.fitted(width) << fitted_lines(common, width);
}

/// The plugin that ID or KIND/ID names. An id may be used once in each kind.
const PluginDescription& named_plugin(const Catalogue& catalogue, const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) {
    const std::string kind = name.substr(0, slash);
    if (kind != to_string(plugin_kind(kind)))
      throw Error(ErrorKind::usage,
                  fmt::format("'{}': '{}' is not a kind of plugin; expected dataset, tokenizer or model", name, kind));
    return catalogue.require(plugin_kind(kind), name.substr(slash + 1));
  }
  std::vector<const PluginDescription*> found;
  std::vector<std::string> ids;
  for (const PluginDescription& plugin : catalogue.plugins()) {
    ids.push_back(plugin.id);
    if (plugin.id == name) found.push_back(&plugin);
  }
  if (found.size() == 1) return *found.front();
  if (found.size() > 1) {
    throw Error(ErrorKind::usage, fmt::format("several plugins have the id '{}': write {}/{} or {}/{}", name,
                                              to_string(found[0]->kind), name, to_string(found[1]->kind), name));
  }
  for (const PluginProblem& problem : catalogue.problems())
    for (const PluginKind kind : {PluginKind::dataset, PluginKind::tokenizer, PluginKind::model})
      if (problem.is_about(kind, name)) throw Error(ErrorKind::plugin, problem.message);
  throw Error(ErrorKind::plugin,
              fmt::format("there is no plugin '{}'{}; `runner plugins` lists them", name, did_you_mean(name, ids)));
}

}  // namespace

void add_plugins(const Command& program, const GlobalOptions& global, int&) {
  auto arguments = std::make_shared<Arguments>();
  const Command list = program.subcommand("plugins", "List the available models, tokenizers and data sets");
  list.flag("--json", arguments->json, "print JSON");
  list.footer("Examples:\n  runner plugins\n  runner plugins show gpt");

  const Command show = list.subcommand("show", "Show what one plugin declares: its options, their defaults and ranges");
  show.option("ID", arguments->name, "the plugin's id; with its kind (model/gpt) if several plugins share the id")
      .required();
  show.flag("--json", arguments->json, "print JSON");
  show.footer("Examples:\n  runner plugins show gpt\n  runner plugins show tokenizer/bpe --json");

  auto trust_options = std::make_shared<TrustOptions>();
  const Command trust =
      list.subcommand("trust", "Trust libraries of plugins as they are now, whoever owns them and wherever they lie");
  trust.option(
      "PATH", trust_options->paths,
      "a library, a folder of them, or an experiment file for those beside it; else --plugin-path, or plugins/");
  const CommandOption forget = trust.flag("--forget", trust_options->forget, "take them off the list again");
  trust.flag("--list", trust_options->list, "print the list: each library, and whether it has changed")
      .excludes(forget);
  trust.footer(
      "Code of a plugin runs with all your rights, so only plugins that nobody else could have written are loaded.\n"
      "Those on the list are loaded if their contents have not changed since.\n\n"
      "Examples:\n"
      "  runner plugins trust ~/mymodel/plugins\n"
      "  runner plugins trust --list");

  list.action([show, trust, trust_options, arguments, &global] {
    if (trust.given()) return trust_plugins(*trust_options, global);
    const Catalogue catalogue(plugin_host::usual_settings(global.plugin_path));
    if (show.given()) {
      const PluginDescription& plugin = named_plugin(catalogue, arguments->name);
      arguments->json ? print_json(folio::to_json(plugin)) : print_plugin(plugin);
    } else {
      arguments->json ? print_json(to_json(catalogue)) : print_list(catalogue);
    }
  });
}

}  // namespace folio::cli
