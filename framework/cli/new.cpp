#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "plugin_host/catalogue.h"
#include "plugin_host/search_path.h"
#include "support/error.h"
#include "support/files.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
  std::string kind;
  std::string name;
  std::string folder;
};

/// "my_model" -> "MyModel"
std::string class_name(const std::string& name) {
  std::string result;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') result += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '_';
  }
  return result;
}

void check_name(const NewOptions& options, const GlobalOptions& global) {
  const std::string& name = options.name;
  const auto allowed = [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_'; };
  if (name.size() > 40 || std::islower(static_cast<unsigned char>(name.front())) == 0 ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    throw Error(ErrorKind::usage, fmt::format("the name is '{}', expected a lower-case letter, then lower-case "
                                              "letters, digits and '_', 40 characters at most",
                                              name));
  }
  const plugin_host::Catalogue catalogue(plugin_host::usual_settings(global.plugin_path));
  for (const PluginDescription& plugin : catalogue.plugins()) {
    if (to_string(plugin.kind) != options.kind || plugin.id != name) continue;
    throw Error(ErrorKind::usage, fmt::format("there is already a {} plugin '{}': {}; expected another name",
                                              options.kind, name, plugin.library));
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// The runner as a person calls it: the script that keeps Folio built, where that is known.
fs::path runner_program() {
  if (const char* home = std::getenv("FOLIO_HOME"); home != nullptr && fs::exists(fs::path(home) / "runner"))
    return fs::path(home) / "runner";
  return plugin_host::program_folder() / "runner";
}

using Words = std::vector<std::pair<std::string, std::string>>;

/// The template's files with the words replaced; nothing where one of them cannot be written.
void write_template(const fs::path& folder, const NewOptions& options, const Words& words) {
  const std::string placeholder = "new_" + options.kind;
  make_directories(folder);
  try {
    for (const std::string& of : {options.kind, std::string("any")}) {
      for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(FOLIO_TEMPLATES) / of)) {
        std::string name = entry.path().filename().string(), text = read_file(entry.path());
        replace_all(name, placeholder, options.name);
        for (const auto& [from, to] : words) replace_all(text, from, to);
        write_file_atomically(folder / name, text);
      }
    }
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw;
  }
}

int new_plugin(const NewOptions& options, const GlobalOptions& global) {
  check_name(options, global);
  const fs::path folder = fs::absolute(options.folder.empty() ? options.name : options.folder).lexically_normal();
  if (fs::exists(folder) && !fs::is_empty(folder))
    throw Error(ErrorKind::usage, folder.string() + " exists and is not empty; expected a new folder (--folder)");
  const fs::path build = plugin_host::program_folder().parent_path();
  const std::string runner = runner_program().string();
  const std::string placeholder = "new_" + options.kind;
  const Words words{{placeholder, options.name},
                    {class_name(placeholder), class_name(options.name)},
                    {"@NAME@", options.name},
                    {"@KIND@", options.kind},
                    {"@WHAT@", options.kind == "dataset" ? "data set" : options.kind},
                    {"@FOLIO_BUILD@", build.string()},
                    {"@FOLIO_RUNNER@", runner}};

  write_template(folder, options, words);
  fmt::print(std::cout,
             "{0} now has a {1} plugin '{2}': small, complete and yours to change.\nNext:\n"
             "  cd {0}\n"
             "  cmake -B build -G Ninja -Dfolio_DIR={3} && cmake --build build && ctest --test-dir build\n"
             "  {4} try.yaml\nSee the README.md there.\n",
             folder.string(), options.kind, options.name, build.string(), runner);
  return 0;
}

}  // namespace

void add_new(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<NewOptions>();
  const Command command = program.subcommand("new", "Write a small, complete plugin for you to start from");
  command.option("KIND", options->kind, "model, tokenizer or dataset")
      .required()
      .one_of({"model", "tokenizer", "dataset"});
  command.option("NAME", options->name, "its id: the 'type' of experiment files").required();
  command.option("--folder", options->folder, "where to write it; by default a folder here with its name");
  command.footer(
      "It is built outside Folio's repository, with find_package(folio).\n\n"
      "Examples:\n"
      "  runner new model mymodel\n"
      "  runner new tokenizer letters --folder ~/plugins/letters");
  command.action([options, &global, &exit_code] { exit_code = new_plugin(*options, global); });
}

}  // namespace folio::cli
