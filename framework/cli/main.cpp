#include <fmt/format.h>
#include <fmt/ostream.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/session/interrupts.h"
#include "cli/view/print_json.h"
#include "support/error.h"
#include "support/human.h"
#include "support/nearest_name.h"
#include "support/passwords.h"
#include "support/standard_streams.h"
#include "support/utf8.h"
#include "support/version.h"
#include "terminal/safe_output.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array kCommands{&add_run,    &add_resume,   &add_verify,   &add_stop,    &add_serve,   &add_check,
                               &add_data,   &add_params,   &add_ls,       &add_show,    &add_diff,    &add_compare,
                               &add_plot,   &add_watch,    &add_report,   &add_tag,     &add_note,    &add_name,
                               &add_mark,   &add_rm,       &add_restore,  &add_purge,   &add_reindex, &add_import,
                               &add_export, &add_generate, &add_tokenize, &add_plugins, &add_cache,   &add_new,
                               &add_init,   &add_metrics,  &add_schema,   &add_doctor,  &add_help,    &add_completion};

/// results/ of Folio's own folder, else results/ here.
fs::path usual_results() {
  if (const char* home = std::getenv("FOLIO_HOME")) return fs::path(home) / "results";
  return "results";
}

/// `runner FILE ...` and `runner -m FILE ...` stand for `runner run FILE ...`: puts the word in behind the options that
/// stand before any command, when the first argument that is no option is no command either. What is neither a command
/// nor a file is named.
void complete(std::vector<std::string>& arguments, const Command& program) {
  std::size_t place = 0;
  const auto takes_value = [](const std::string& option) {
    return option == "--results" || option == "--store" || option == "--plugin-path";
  };
  while (place < arguments.size() && takes_value(arguments[place])) place += 2;
  std::size_t first = place;
  while (first < arguments.size() && arguments[first].starts_with("-")) ++first;
  if (first >= arguments.size()) {
    // Options alone are those of a run whose file was left out; what is wrong with them is told so.
    const auto asks = [](const std::string& word) { return word == "-h" || word == "--help" || word == "--version"; };
    if (place < arguments.size() && std::none_of(arguments.begin(), arguments.end(), asks))
      arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(place), "run");
    return;
  }
  std::vector<std::string> commands;
  for (const Command& command : program.subcommands()) commands.push_back(command.name());
  const std::string& word = arguments[first];
  if (std::find(commands.begin(), commands.end(), word) != commands.end()) return;
  const bool looks_like_file = word.find_first_of("./") != std::string::npos || fs::exists(word);
  if (!looks_like_file) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is neither a command nor a file{}\nSee runner --help.",
                                              without_controls(word), did_you_mean(word, commands)));
  }
  arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(place), "run");
}

/// Names and paths of the environment come in here; a line end in one would make a line of its own in messages.
void require_plain_environment() {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool read_here = name.starts_with("FOLIO_") || name.starts_with("XDG_") || name == "HOME" || name == "TMPDIR";
    if (read_here && has_control_characters(text))
      throw Error(ErrorKind::usage, fmt::format("the variable {} has a control character or a line end in it; expected "
                                                "a text of one line",
                                                without_controls(name)));
  }
}

/// A stack in which neither this program nor what it starts overflows, also in threads, whose stacks are of that size.
void require_stack() {
  constexpr rlim_t kLeast = 512 << 10, kUsual = 8 << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kLeast) return;  // RLIM_INFINITY is the largest
  if (limit.rlim_max >= kLeast) {
    const rlimit raised{std::min(limit.rlim_max, kUsual), limit.rlim_max};
    if (::setrlimit(RLIMIT_STACK, &raised) == 0) return;
  }
  throw Error(ErrorKind::run,
              fmt::format("ulimit -s leaves {} for the stack, expected {} or more: ulimit -s 8192",
                          human_bytes(static_cast<double>(limit.rlim_max)), human_bytes(static_cast<double>(kLeast))));
}

/// Whether what goes wrong is told as JSON, on standard output as the answer would be.
bool json_wanted(const std::vector<std::string>& arguments) {
  return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

void tell_error(bool as_json, std::string_view kind, const std::string& message) {
  const std::string told = without_passwords(message);
  if (as_json) return print_error_json(kind, told);
  fmt::print(std::cerr, "{}: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), one_message(told));
}

int run(std::vector<std::string> arguments) {
  require_plain_environment();
  require_stack();
  const Program program("runner",
                        "Folio trains language models from an experiment file, and compares the results honestly.",
                        "folio " + std::string(folio_version()));
  program.footer(
      "Examples:\n"
      "  runner experiments/romeo.yaml                    train GPT-2 small on a play\n"
      "  runner experiments/romeo.yaml training.seed=7    the same with another seed\n"
      "  runner -m experiments/romeo.yaml model=gpt,bert  one model after the other\n"
      "  runner diff                                      compare the two latest runs\n  runner help "
      "training.learning_rate               say what a setting means\n"
      "Exit codes: 0 done, 1 the run failed, 2 usage, 3 experiment, 4 plugin, 5 store,\n130 "
      "interrupted.\ndocs/glossary.md explains the words for beginners.");
  GlobalOptions global;
  const char* const results = std::getenv("FOLIO_RESULTS");
  global.usual_results = usual_results();
  global.results = results != nullptr ? fs::path(results) : global.usual_results;
  if (const char* home = std::getenv("FOLIO_HOME")) global.baselines = fs::path(home) / "results/baselines";
  if (const char* store = std::getenv("FOLIO_STORE")) global.store = store;
  ::unsetenv("FOLIO_STORE");  // there may be a password in it, and no child needs it
  program.option("--results", global.results, "the results folder (FOLIO_RESULTS)").show_default();
  program.option("--store", global.store,
                 "postgresql://USER@HOST/DATABASE: keep the store on a server that several machines can share, instead "
                 "of in a file of the results folder (FOLIO_STORE)");
  program
      .option("--plugin-path", global.plugin_path, "a folder to search for plugins before all others; may be repeated")
      .one_value();
  int exit_code = 0;
  for (const auto add : kCommands) add(program, global, exit_code);

  complete(arguments, program);
  const int usage = program.run(arguments, /*throw_wrong_usage=*/true);
  return usage != 0 ? usage : exit_code;
}

/// run(), with what goes wrong told. What is thrown because output cannot be written is told by who asks for its fault.
int guarded_run(const std::vector<std::string>& arguments) {
  const bool as_json = json_wanted(arguments);
  try {
    return run(arguments);
  } catch (const Error& error) {
    if (output_fault().empty()) tell_error(as_json, to_string(error.kind()), error.what());
    return error.kind() == ErrorKind::interrupted ? interrupted_exit_code() : folio::exit_code(error.kind());
  } catch (const std::exception& error) {
    if (output_fault().empty()) tell_error(as_json, "internal", plain_message(error));
    return 1;
  }
}

/// Output that could not be written makes a failure of a success.
int exit_code_with_output(int exit_code) {
  const std::string fault = output_fault();
  if (!fault.empty()) tell_error(/*as_json=*/false, "run", "standard output cannot be written to: " + fault);
  const bool whole = fault.empty() && error_output_fault().empty();
  return exit_code == 0 && !whole ? 1 : exit_code;
}

}  // namespace
}  // namespace folio::cli

int main(int argc, char** argv) {
  folio::guard_standard_streams();
  const folio::SafeOutput safe_output;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return folio::cli::exit_code_with_output(folio::cli::guarded_run(arguments));
}
