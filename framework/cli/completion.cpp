#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iostream>
#include <memory>
#include <set>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/session.h"
#include "plugin_host/catalogue.h"
#include "runs/record/metrics.h"

namespace folio::cli {
namespace {

struct CompletionOptions {
  std::string shell;
  bool runs = false, keys = false, metrics = false, plugins = false;
};

/// Commands whose words are runs.
constexpr std::array kTakeRuns{"show",   "diff", "stop", "resume", "verify", "mark",   "compare",  "plot",    "watch",
                               "report", "tag",  "note", "name",   "rm",     "export", "generate", "restore", "purge"};

// @COMMANDS@, @OPTIONS@, @INNER@ and @TAKE_RUNS@ are put in.

constexpr const char* kBash = R"sh(_folio_runner() {
  local IFS=$' \t\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= inner= file= words= files=1 head= i
  _folio_words() { "${COMP_WORDS[0]}" completion "$@" 2>/dev/null; }
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in *.yaml|*.yml) file=1 ;; esac
    [[ -n $command ]] && inner="$inner ${COMP_WORDS[i]}"
    [[ -z $command ]] && case " @COMMANDS@ " in *" ${COMP_WORDS[i]} "*) command=${COMP_WORDS[i]} ;; esac
  done
  case $before in
    --metric|--metrics|--keep|--drop|--sort-by)
      words=$(_folio_words --metrics) files=
      [[ $word == *,* ]] && head=${word%,*}, ;;
    -t|--tokenizer) [[ $command == tokenize ]] && words=$(_folio_words --runs) ;;
  esac
  if [[ -n $words ]]; then
    :
  elif [[ $word == -* ]]; then
    files=
    case $command in
@OPTIONS@    esac
  elif [[ -n $file && ( -z $command || $command == run || $command == check || $command == data ) ]]; then
    words=$(_folio_words --keys) files=
  elif [[ -z $command ]]; then
    words="@COMMANDS@"
  else
    case $command in
      @TAKE_RUNS@) words=$(_folio_words --runs) ;;
      params) words=$(_folio_words --keys) ;;
      metrics) words=$(_folio_words --metrics) files= ;;
      help) words="@COMMANDS@ $(_folio_words --keys) $(_folio_words --metrics)" files= ;;
      plugins) if [[ $inner == *" show"* ]]; then words=$(_folio_words --plugins) files=; else words="@INNER@" files=; fi ;;
      new) words="model tokenizer dataset" files= ;;
      completion) words="bash zsh fish" files= ;;
    esac
  fi
  # Not compgen -W, which would run what stands in the words.
  local each
  COMPREPLY=()
  for each in $words; do [[ $head$each == "$word"* ]] && COMPREPLY+=("$head$each"); done
  IFS=$'\n'
  if [[ -n $files ]]; then
    COMPREPLY+=($(compgen -f -- "$word"))
  else
    compopt +o filenames 2>/dev/null
  fi
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o filenames -F _folio_runner runner ./runner
)sh";

constexpr const char* kBashWithinZsh = "autoload -U +X bashcompinit && bashcompinit\n";

constexpr const char* kFish = R"sh(set -l commands @COMMANDS@
function __folio_has_file
  string match -qr '\.ya?ml$' -- (commandline -opc)
end
complete -c runner -n "not __fish_seen_subcommand_from $commands; and not __folio_has_file" -a "$commands"
complete -c runner -n "__folio_has_file; and not __fish_seen_subcommand_from init tokenize" -f -a "(./runner completion --keys 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from @TAKE_RUNS@" -a "(./runner completion --runs 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from params help" -a "(./runner completion --keys 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from metrics help" -f -a "(./runner completion --metrics 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from compare" -l metrics -x -a "(./runner completion --metrics 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from plot watch report" -l metric -x -a "(./runner completion --metrics 2>/dev/null)"
complete -c runner -n "__fish_seen_subcommand_from plugins; and not __fish_seen_subcommand_from @INNER@" -f -a "@INNER@"
complete -c runner -n "__fish_seen_subcommand_from plugins; and __fish_seen_subcommand_from show" -f -a "(./runner completion --plugins 2>/dev/null)"
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

/// The commands within `plugins`, the one command that has some.
std::string names_within_plugins(const Command& program) {
  for (const Command& command : program.subcommands())
    if (command.name() == "plugins") return names_of(command);
  return "";
}

std::string bash_script(const Command& program) {
  std::string options;
  for (const Command& command : program.subcommands())
    options += fmt::format("      {}) words=\"--{}\" ;;\n", command.name(), fmt::join(command.long_options(), " --"));
  std::string script = kBash;
  put_in(script, "@COMMANDS@", names_of(program));
  put_in(script, "@OPTIONS@", options);
  put_in(script, "@INNER@", names_within_plugins(program));
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
  put_in(script, "@INNER@", names_within_plugins(program));
  put_in(script, "@TAKE_RUNS@", fmt::format("{}", fmt::join(kTakeRuns, " ")));
  return script;
}

/// A word for the shell, unless there is something in it that a shell might do something with: some come from others.
void print_word(std::string_view word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("._/-=").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::all_of(word.begin(), word.end(), plain)) std::cout << word << "\n";
}

/// What a run can be named by.
void print_runs(const GlobalOptions& global) {
  std::cout << "latest\n";
  if (!std::filesystem::is_directory(global.results)) return;
  for (const runs::RunSummary& run : open_store(global).list()) print_word(run.id);
}

/// What can be set in an experiment, as an override begins: "training.seed=", and the choices of "model=".
void print_keys(const GlobalOptions& global) {
  const Session session = open_session(global, {});
  std::set<std::string> words;
  const auto add = [&](const std::string& section, const OptionTable& options) {
    for (const Option& option : options.options()) words.insert(section + "." + option.name + "=");
  };
  add("training", session.declarations.framework.training);
  add("dataset", session.declarations.framework.dataset);
  add("model", session.declarations.framework.model);
  for (const PluginDescription& plugin : session.declarations.plugins) {
    const std::string kind(to_string(plugin.kind));
    words.insert(kind + "=" + plugin.id);
    add(kind, plugin.options);
  }
  for (const std::string& word : words) print_word(word);
}

/// Those that Folio knows, then those that runs brought from elsewhere.
void print_metrics(const GlobalOptions& global) {
  std::set<std::string> others;
  for (const runs::RunSummary& run : open_store(global).list())
    for (const auto& [name, value] : run.metrics)
      if (runs::find_metric(name) == nullptr) others.insert(name);
  for (const runs::Metric& metric : runs::all_metrics()) std::cout << metric.name << "\n";
  for (const std::string& name : others) print_word(name);
}

void print_plugins(const GlobalOptions& global) {
  const plugin_host::Catalogue catalogue(plugin_host::usual_settings(global.plugin_path));
  for (const PluginDescription& plugin : catalogue.plugins()) print_word(plugin.id);
}

void completion(const Command& program, const GlobalOptions& global, const CompletionOptions& options) {
  if (options.runs) return print_runs(global);
  if (options.keys) return print_keys(global);
  if (options.metrics) return print_metrics(global);
  if (options.plugins) return print_plugins(global);
  if (options.shell == "fish")
    std::cout << fish_script(program);
  else
    std::cout << (options.shell == "zsh" ? kBashWithinZsh : "") << bash_script(program);
}

}  // namespace

void add_completion(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand(
      "completion", "Print a script that makes the shell complete commands, options, runs, keys, metrics and plugins");
  const auto options = std::make_shared<CompletionOptions>();
  command.option("SHELL", options->shell, "bash, zsh or fish").one_of({"bash", "zsh", "fish"});
  command.flag("--runs", options->runs, "print the runs, one per line, for use by these scripts");
  command.flag("--keys", options->keys, "print the keys of experiments, likewise");
  command.flag("--metrics", options->metrics, "print the metrics, likewise");
  command.flag("--plugins", options->plugins, "print the plugins, likewise");
  command.require_options(1);
  command.footer(
      "Examples:\n  eval \"$(./runner completion bash)\"     put this into ~/.bashrc, with the path of runner\n"
      "  ./runner completion fish | source");
  command.action([program, &global, options] { completion(program, global, *options); });
}

}  // namespace folio::cli
