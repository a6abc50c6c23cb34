#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"

namespace folio::cli {
namespace {

struct CompletionOptions {
  std::string shell;
  bool runs = false;
};

/// Commands whose words are runs.
constexpr std::array kTakeRuns{"show", "diff",   "compare",  "tag",     "note", "name",
                               "rm",   "export", "generate", "restore", "purge"};

// @COMMANDS@, @OPTIONS@ and @TAKE_RUNS@ are put in.

constexpr const char* kBash = R"sh(_folio_runner() {
  local word=${COMP_WORDS[COMP_CWORD]} command= words= i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case " @COMMANDS@ " in *" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]}; break ;; esac
  done
  if [[ $word == -* ]]; then
    case $command in
@OPTIONS@    esac
  elif [[ -z $command ]]; then
    words="@COMMANDS@"
  else
    case $command in
      @TAKE_RUNS@) words=$("${COMP_WORDS[0]}" completion --runs 2>/dev/null) ;;
      plugins) words="show trust" ;;
      new) words="model tokenizer dataset" ;;
      completion) words="bash zsh fish" ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; compgen -f -- "$word")
}
complete -o filenames -F _folio_runner runner ./runner
)sh";

constexpr const char* kBashWithinZsh = "autoload -U +X bashcompinit && bashcompinit\n";

constexpr const char* kFish = R"sh(set -l commands @COMMANDS@
complete -c runner -n "not __fish_seen_subcommand_from $commands" -a "$commands"
complete -c runner -n "__fish_seen_subcommand_from @TAKE_RUNS@" -a "(./runner completion --runs 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from new" -a "model tokenizer dataset"
@OPTIONS@)sh";

std::string names_of(const Command& program) {
  std::vector<std::string> names;
  for (const Command& command : program.subcommands()) names.push_back(command.name());
  return fmt::format("{}", fmt::join(names, " "));
}

void put_in(std::string& script, std::string_view marker, const std::string& text) {
  for (std::size_t at = script.find(marker); at != std::string::npos; at = script.find(marker, at + text.size()))
    script.replace(at, marker.size(), text);
}

std::string bash_script(const Command& program) {
  std::string options;
  for (const Command& command : program.subcommands())
    options += fmt::format("      {}) words=\"--{}\" ;;\n", command.name(), fmt::join(command.long_options(), " --"));
  std::string script = kBash;
  put_in(script, "@COMMANDS@", names_of(program));
  put_in(script, "@OPTIONS@", options);
  put_in(script, "@TAKE_RUNS@", fmt::format("{}", fmt::join(kTakeRuns, "|")));
  return script;
}

std::string fish_script(const Command& program) {
  std::string options;
  for (const Command& command : program.subcommands())
    for (const std::string& name : command.long_options())
      options += fmt::format("complete -c runner -n \"__fish_seen_subcommand_from {}\" -l {}\n", command.name(), name);
  std::string script = kFish;
  put_in(script, "@COMMANDS@", names_of(program));
  put_in(script, "@OPTIONS@", options);
  put_in(script, "@TAKE_RUNS@", fmt::format("{}", fmt::join(kTakeRuns, " ")));
  return script;
}

/// What a run can be named by.
void print_runs(const GlobalOptions& global) {
  std::cout << "latest\n";
  for (const runs::RunSummary& run : open_store(global).list()) std::cout << run.id << "\n";
}

void completion(const Command& program, const GlobalOptions& global, const CompletionOptions& options) {
  if (options.runs) return print_runs(global);
  if (options.shell == "fish")
    std::cout << fish_script(program);
  else
    std::cout << (options.shell == "zsh" ? kBashWithinZsh : "") << bash_script(program);
}

}  // namespace

void add_completion(const Command& program, const GlobalOptions& global, int&) {
  const Command command =
      program.subcommand("completion", "Print a script that makes the shell complete commands, options and runs");
  const auto options = std::make_shared<CompletionOptions>();
  const CommandOption shell =
      command.option("SHELL", options->shell, "bash, zsh or fish").one_of({"bash", "zsh", "fish"});
  const CommandOption runs =
      command.flag("--runs", options->runs, "print the runs, one per line, for use by these scripts");
  shell.excludes(runs);
  command.require_options(1);
  command.footer(
      "Examples:\n  eval \"$(./runner completion bash)\"     put this into ~/.bashrc, with the path of runner\n"
      "  ./runner completion fish | source");
  command.action([program, &global, options] { completion(program, global, *options); });
}

}  // namespace folio::cli
