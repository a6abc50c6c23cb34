#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/session/multirun.h"
#include "cli/session/results_store.h"
#include "cli/session/run_session.h"
#include "cli/session/session.h"
#include "cli/view/print_json.h"
#include "cli/view/run_report.h"
#include "formats/description_json.h"
#include "support/error.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

struct RunOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::string name;
  bool quiet = false;
  bool json = false;
  bool multirun = false;
  bool force = false;
};

void print_result(const runs::Run& run) {
  nlohmann::json json{{"id", run.summary.id},
                      {"name", run.summary.name},
                      {"state", runs::to_string(run.summary.state)},
                      {"folder", run.folder.path().string()},
                      {"metrics", nlohmann::json::object()}};
  for (const auto& [name, value] : run.summary.metrics) json["metrics"][name] = number_to_json(value);
  if (run.summary.error)
    json["error"] = {{"kind", to_string(run.summary.error->kind)}, {"message", run.summary.error->message}};
  print_json(json);
}

/// What the run's end says to a person; gives the exit code.
int report(const runs::Run& run, const RunOptions& options) {
  const std::string& id = run.summary.id;
  if (options.json) print_result(run);
  switch (run.summary.state) {
    case runs::RunState::finished:
      if (!options.json) fmt::print("{}", run_report(run, use_colour(STDOUT_FILENO)));
      return 0;
    case runs::RunState::interrupted:
      fmt::print(stderr,
                 "Interrupted: run {} is kept as it was, in {}\nNext:\n"
                 "  ./runner show {}\n",
                 id, run.folder.path().string(), id);
      return 128 + SIGINT;
    default:
      break;
  }
  const runs::RunError error =
      run.summary.error.value_or(runs::RunError{ErrorKind::run, "its worker process ended without a result"});
  fmt::print(stderr, "{}: run {} failed: {}\n  its log: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), id,
             error.message, run.folder.log().string());
  return folio::exit_code(error.kind);
}

int run_experiment(const RunOptions& options, const GlobalOptions& global) {
  runs::Store store = open_store(global);
  const Session session = open_session(global, options.file);
  RunRequest request{.experiment = experiment::load_experiment(options.file, options.overrides, session.declarations),
                     .overrides = options.overrides,
                     .name = options.name,
                     .quiet = options.quiet || options.json};
  request.plugins = plugins_of(request.experiment.resolved, session.catalogue);
  if (!request.quiet)
    for (const std::string& note : request.experiment.notes) fmt::print(stderr, "note: {}\n", note);
  return report(run_to_end(request, global, store), options);
}

}  // namespace

void add_run(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  const Command command =
      program.subcommand("run", "Train the model that an experiment file describes, and keep the result");
  command.option("file", options->file, "the experiment file").required();
  command.option("overrides", options->overrides, "settings that override the file's: section.key=value");
  command.option("-n,--name", options->name, "the run's name, instead of the experiment's");
  command.flag("-q,--quiet", options->quiet, "show no progress");
  command.flag("--json", options->json, "print the result as JSON, and nothing else");
  command.flag("-m,--multirun", options->multirun,
               "run every combination of the settings that have several values, separated by commas");
  command.flag("-f,--force", options->force, "with --multirun: also run combinations that have finished before");
  command.footer(
      "The word 'run' may be omitted.\n\n"
      "Examples:\n"
      "  runner experiments/romeo.yaml\n"
      "  runner experiments/romeo.yaml training.num_train_epochs=1 model.hidden_size=384\n"
      "  runner experiments/smoke.yaml --json\n"
      "  runner -m experiments/smoke.yaml model.hidden_size=64,128 training.seed=1,2");
  command.action([options, &global, &exit_code] {
    exit_code = options->multirun ? multirun({.file = options->file,
                                              .overrides = options->overrides,
                                              .name = options->name,
                                              .quiet = options->quiet,
                                              .json = options->json,
                                              .force = options->force},
                                             global)
                                  : run_experiment(*options, global);
  });
}

}  // namespace folio::cli
