#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/session/detachment.h"
#include "cli/session/label.h"
#include "cli/session/multirun.h"
#include "cli/session/results_store.h"
#include "cli/session/run_session.h"
#include "cli/session/session.h"
#include "cli/view/print_json.h"
#include "cli/view/run_report.h"
#include "formats/description_json.h"
#include "support/error.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::string name;
  bool quiet = false;
  bool json = false;
  bool multirun = false;
  bool force = false;
  bool detach = false;
};

void print_result(const runs::Run& run) {
  nlohmann::json result{{"id", run.summary.id},
                        {"name", run.summary.name},
                        {"state", runs::to_string(run.summary.state)},
                        {"folder", run.folder.path().string()},
                        {"metrics", nlohmann::json::object()}};
  for (const auto& [name, value] : run.summary.metrics) result["metrics"][name] = number_to_json(value);
  if (run.summary.error)
    result["error"] = {{"kind", to_string(run.summary.error->kind)}, {"message", run.summary.error->message}};
  print_json(result);
}

/// What the run's end says to a person; gives the exit code.
int report(const runs::Run& run, const RunOptions& options) {
  const std::string& id = run.summary.id;
  if (options.json) print_result(run);
  switch (run.summary.state) {
    case runs::RunState::finished:
      if (!options.json)
        std::cout << fitted_lines(run_report(run, use_colour(STDOUT_FILENO)), table_width(STDOUT_FILENO));
      return 0;
    case runs::RunState::interrupted:
      fmt::print(std::cerr,
                 "Interrupted: run {} is kept as it was, in {}\nNext:\n"
                 "  ./runner show {}\n",
                 id, run.folder.path().string(), id);
      return folio::exit_code(ErrorKind::interrupted);
    default:
      break;
  }
  const runs::RunError error =
      run.summary.error.value_or(runs::RunError{ErrorKind::run, "its worker process ended without a result"});
  fmt::print(std::cerr, "{}: run {} failed: {}\n  its log: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), id,
             error.message, run.folder.log().string());
  return folio::exit_code(error.kind);
}

/// What whoever starts a run in the background sees of it.
void print_begun(const runs::RunInfo& run, const fs::path& folder, bool as_json) {
  if (as_json) return print_json({{"id", run.id}, {"name", run.name}, {"folder", folder.string()}});
  fmt::print(std::cout,
             "Run {0} of {1} goes on in the background, in {2}\nNext:\n"
             "  ./runner show {0}\n"
             "  ./runner stop {0}\n",
             run.id, run.name, folder.string());
}

void print_begun(std::size_t runs, bool as_json) {
  if (as_json) return print_json({{"runs", runs}});
  fmt::print(std::cout, "{} {} one after another in the background\nNext:\n  ./runner ls\n", runs,
             runs == 1 ? "run goes" : "runs go");
}

int run_experiment(const RunOptions& options, const GlobalOptions& global, Detachment& detachment) {
  runs::Store store = open_store_to_add(global);
  if (!options.name.empty()) check_run_name(options.name, store.list());
  const Session session = open_session(global, options.file, options.overrides);
  RunRequest request{.experiment = experiment::load_experiment(options.file, options.overrides, session.declarations),
                     .overrides = options.overrides,
                     .name = options.name,
                     .quiet = options.quiet || options.json};
  request.plugins = plugins_of(request.experiment.resolved, session.catalogue);
  if (!request.quiet)
    for (const std::string& note : request.experiment.notes) fmt::print(std::cerr, "note: {}\n", note);
  if (options.detach) {
    request.begun = [&](const runs::RunInfo& run) {
      print_begun(run, runs::runs_folder(global.results) / run.id, options.json);
      detachment.let_go();
    };
  }
  return report(run_to_end(request, global, store), options);
}

int run_sweep(const RunOptions& options, const GlobalOptions& global, Detachment& detachment) {
  MultirunOptions multirun_options{.file = options.file,
                                   .overrides = options.overrides,
                                   .name = options.name,
                                   .quiet = options.quiet,
                                   .json = options.json,
                                   .force = options.force};
  if (options.detach) {
    multirun_options.begun = [&](std::size_t runs) {
      print_begun(runs, options.json);
      detachment.let_go();
    };
  }
  return multirun(multirun_options, global);
}

int run(const RunOptions& options, const GlobalOptions& global) {
  Detachment detachment;
  if (options.detach)
    if (const auto code = detachment.begin()) return *code;
  return options.multirun ? run_sweep(options, global, detachment) : run_experiment(options, global, detachment);
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
  command.flag("-d,--detach", options->detach,
               "go on in the background, and give the prompt back as soon as the run has begun");
  command.footer(
      "The word 'run' may be omitted. Ctrl-C ends a run after its step and saves what it has; 'runner stop' does that "
      "from\nelsewhere. A run goes on when its terminal is closed.\n\n"
      "Examples:\n"
      "  runner experiments/romeo.yaml\n"
      "  runner experiments/romeo.yaml training.num_train_epochs=1 model.hidden_size=384\n"
      "  runner experiments/smoke.yaml --json\n"
      "  runner experiments/romeo.yaml --detach\n"
      "  runner -m experiments/smoke.yaml model.hidden_size=64,128 training.seed=1,2");
  command.action([options, &global, &exit_code] { exit_code = run(*options, global); });
}

}  // namespace folio::cli
