#include <fmt/format.h>
#include <fmt/ostream.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/session/detachment.h"
#include "cli/session/multirun.h"
#include "cli/session/results_store.h"
#include "cli/session/resumption.h"
#include "cli/session/run_result.h"
#include "cli/session/run_session.h"
#include "cli/session/session.h"
#include "cli/view/print_json.h"
#include "runs/query/label.h"
#include "support/error.h"

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
  std::string resume;
  bool accept_differences = false;
};

void print_begun(std::size_t runs, bool as_json) {
  if (as_json) return print_json({{"runs", runs}});
  fmt::print(std::cout, "{} {} one after another in the background\nNext:\n  ./runner ls\n", runs,
             runs == 1 ? "run goes" : "runs go");
}

int run_experiment(const RunOptions& options, const GlobalOptions& global, Detachment& detachment) {
  runs::Store store = open_store_to_add(global);
  if (!options.name.empty()) runs::check_run_name(options.name, store.list());
  const Session session = open_session(global, options.file, options.overrides);
  RunRequest request{.experiment = experiment::load_experiment(options.file, options.overrides, session.declarations),
                     .overrides = options.overrides,
                     .name = options.name,
                     .quiet = options.quiet || options.json};
  request.plugins = plugins_of(request.experiment.resolved, session.catalogue);
  if (!options.resume.empty())
    request.resumption = resumption_of(options.file, {options.resume, options.accept_differences}, store);
  if (!request.quiet)
    for (const std::string& note : request.experiment.notes) fmt::print(std::cerr, "note: {}\n", note);
  if (options.detach) {
    request.begun = [&](const runs::RunInfo& run) {
      report_begun(run, runs::runs_folder(global.results) / run.id, options.json);
      detachment.let_go();
    };
  }
  return report_end(run_to_end(request, global, store), options.json);
}

int run_sweep(const RunOptions& options, const GlobalOptions& global, Detachment& detachment) {
  MultirunOptions multirun_options{.file = options.file,
                                   .overrides = options.overrides,
                                   .name = options.name,
                                   .quiet = options.quiet,
                                   .json = options.json,
                                   .force = options.force,
                                   .accept_differences = options.accept_differences};
  if (options.detach) {
    multirun_options.begun = [&](std::size_t runs) {
      print_begun(runs, options.json);
      detachment.let_go();
    };
  }
  return multirun(multirun_options, global);
}

int run(const RunOptions& options, const GlobalOptions& global) {
  if (options.accept_differences && options.resume.empty() && !options.multirun)
    throw Error(ErrorKind::usage, "--accept-differences requires --resume or --multirun");
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
  command.flag("-f,--force", options->force, "with --multirun: also run combinations that have finished before");
  command.flag("-d,--detach", options->detach,
               "go on in the background, and give the prompt back as soon as the run has begun");
  const CommandOption multirun =
      command.flag("-m,--multirun", options->multirun,
                   "run every combination of the settings that have several values, separated by commas; one that was "
                   "cut off before is resumed");
  const CommandOption resume = command.option(
      "--resume", options->resume,
      "go on with the newest run of this file that has not finished: auto (a new run where there is none), last, best, "
      "or the folder of a checkpoint");
  resume.excludes(multirun);
  command.flag(
      "--accept-differences", options->accept_differences,
      "with --resume or --multirun: go on although experiment, text, plugins or machine are others than the run "
      "began with");
  command.footer(
      "The word 'run' may be omitted. Ctrl-C ends a run after its step and saves what it has; 'runner stop' does that "
      "from\nelsewhere, and 'runner resume' goes on from there. A run goes on when its terminal is closed.\n\n"
      "Examples:\n"
      "  runner experiments/romeo.yaml\n"
      "  runner experiments/romeo.yaml training.num_train_epochs=1 model.hidden_size=384\n"
      "  runner experiments/smoke.yaml --json\n"
      "  runner experiments/romeo.yaml --detach\n"
      "  runner experiments/romeo.yaml --resume auto\n"
      "  runner -m experiments/smoke.yaml model.hidden_size=64,128 training.seed=1,2");
  command.action([options, &global, &exit_code] { exit_code = run(*options, global); });
}

}  // namespace folio::cli
