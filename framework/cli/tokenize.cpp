#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/session.h"
#include "cli/session/worker_session.h"
#include "cli/view/token_report.h"
#include "experiment/model_folder.h"
#include "runs/record/json_values.h"
#include "runs/record/selection.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct TokenizeOptions {
  std::vector<std::string> files;
  std::optional<std::string> text;
  std::string tokenizer = "latest";
  std::int64_t first = 200;
  bool all = false;
  bool ids = false;
  bool json = false;
};

/// What the worker makes the tokenizer of, and how a person is told of it.
struct Source {
  json request;
  std::string name;
  fs::path experiment;
};

/// "; did you mean 'b.txt'?" among the files that lie beside the missing one.
std::string suggest_file(const fs::path& missing) {
  std::vector<std::string> names;
  std::error_code unreadable;
  const fs::path folder = missing.has_parent_path() ? missing.parent_path() : ".";
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) names.push_back(entry.path().filename());
  const auto nearest = nearest_name(missing.filename().string(), names);
  return nearest ? "; did you mean '" + (missing.parent_path() / *nearest).string() + "'?" : "";
}

void require_file(const std::string& file) {
  if (!fs::exists(file)) throw Error(ErrorKind::usage, "there is no file '" + file + "'" + suggest_file(file));
  if (fs::is_directory(file)) throw Error(ErrorKind::usage, "'" + file + "' is a folder, expected a file");
}

/// A file of Hugging Face's, whoever trained it.
Source source_of_file(const std::string& file, const GlobalOptions& global) {
  require_file(file);
  const plugin_host::Catalogue catalogue(plugin_host::usual_settings(global.plugin_path));
  const PluginDescription& plugin = catalogue.require(PluginKind::tokenizer, "pretrained");
  return {{{"library", plugin.library},
           {"library_hash", plugin.library_hash},
           {"options", {{"file", fs::absolute(file).string()}}}},
          file,
          {}};
}

/// What the run trained, by the plugin that it used.
Source source_of_run(const std::string& text, const GlobalOptions& global) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const runs::Run run = store.load(runs::select_run(runs, text, store.unread()).id);
  runs::require_folder(run);
  const fs::path file = run.folder.model() / "tokenizer.json";
  std::error_code unreadable;
  if (!fs::exists(file, unreadable)) {
    throw Error(ErrorKind::usage,
                fmt::format("run {} has no tokenizer; it is {}", run.summary.id, runs::to_string(run.summary.state)));
  }
  for (const runs::PluginBuild& plugin : run.info.plugins) {
    if (plugin.kind != to_string(PluginKind::tokenizer)) continue;
    require_trusted(plugin, global);
    return {
        {{"library", plugin.library}, {"options", runs::member(run.settings, "tokenizer")}, {"file", file.string()}},
        fmt::format("run {} ({})", run.summary.id, run.summary.name),
        run.info.experiment_file};
  }
  throw Error(ErrorKind::plugin, "run " + run.summary.id + " names no tokenizer plugin");
}

/// A folder with a tokenizer's file in it, such as a model's, stands for that file; an experiment file for its run.
Source source_of(const std::string& text, const GlobalOptions& global) {
  const fs::path path(text);
  if (const auto file = experiment::tokenizer_file_of(path)) return source_of_file(file->string(), global);
  if (fs::exists(path / "config.json")) {
    throw Error(ErrorKind::usage, fmt::format("'{}' has no tokenizer beside its config.json: expected {}", text,
                                              experiment::kTokenizerFileNames));
  }
  const bool experiment = path.extension() == ".yaml" || path.extension() == ".yml";
  if (path.extension() == ".json" || (fs::is_regular_file(path) && !experiment)) return source_of_file(text, global);
  return source_of_run(text, global);
}

/// The texts as the worker is to read them: files, and "-" for `input`.
std::vector<std::string> texts_of(const TokenizeOptions& options, std::string& input) {
  if (options.text) {
    if (!options.files.empty()) throw Error(ErrorKind::usage, "--text and files exclude each other");
    input = *options.text;
    return {"-"};
  }
  if (options.files.empty()) throw Error(ErrorKind::usage, "there is no text: expected FILE..., - or --text TEXT");
  const auto dashes = std::count(options.files.begin(), options.files.end(), "-");
  if (dashes > 1) throw Error(ErrorKind::usage, "'-' is standard input, which can be read only once");
  for (const std::string& file : options.files)
    if (file != "-") require_file(file);
  if (dashes == 1) input.assign(std::istreambuf_iterator<char>(std::cin), {});
  return options.files;
}

std::unique_ptr<TokenReport> make_report(const TokenizeOptions& options, const Source& source, std::size_t texts) {
  if (options.json) return make_json_report();
  return make_text_report({.tokenizer = source.name,
                           .input = options.text ? "--text" : "standard input",
                           .texts = texts,
                           .ids = options.ids,
                           .colour = use_colour(STDOUT_FILENO),
                           .width = terminal_width(STDOUT_FILENO)});
}

int tokenize(const TokenizeOptions& options, const GlobalOptions& global) {
  const Source source = source_of(options.tokenizer, global);
  std::string input;
  const std::vector<std::string> texts = texts_of(options, input);
  const json request{
      {"tokenizer", source.request}, {"texts", texts}, {"first", options.all || options.json ? -1 : options.first}};
  const std::unique_ptr<TokenReport> report = make_report(options, source, texts.size());
  run_worker_to_success({.arguments = {"tokenize", request.dump()},
                         .environment = worker_environment(source.experiment),
                         .error_file = "/dev/null",
                         .input = std::move(input)},
                        [&](const json& line) { report->take(line); });
  report->finish();
  return 0;
}

}  // namespace

void add_tokenize(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<TokenizeOptions>();
  const Command command = program.subcommand("tokenize", "Show how a tokenizer cuts texts into tokens, and count them");
  command.option("FILE", options->files, "texts in UTF-8; - is standard input");
  command.option("--text", options->text, "a text, instead of files").free_text();
  command
      .option("-t,--tokenizer", options->tokenizer,
              "a run (the beginning of its id, its name, latest, an experiment file), or a tokenizer.json of Hugging "
              "Face's or its folder")
      .show_default();
  command.option("--first", options->first, "how many tokens of each text to show; 0 shows only the counts")
      .show_default()
      .not_negative();
  command.flag("--all", options->all, "show all tokens");
  command.flag("--ids", options->ids, "show the tokens' ids below them");
  command.flag("--json", options->json, "print the ids, tokens and counts of each text as JSON");
  command.footer(
      "On a terminal neighbouring tokens have different colours, special tokens are purple and unknown ones red; "
      "elsewhere\ntokens are separated by bars. A byte that is only part of a character is written as "
      "<0xE2>.\nExamples:\n"
      "  runner tokenize --text 'But soft, what light'\n"
      "  runner tokenize hamlet.txt macbeth.txt --tokenizer romeo-small --first 0\n"
      "  runner tokenize letter.txt --tokenizer tokenizer.json --ids\n"
      "  cat letter.txt | runner tokenize - --json");
  command.action([options, &global, &exit_code] { exit_code = tokenize(*options, global); });
}

}  // namespace folio::cli
