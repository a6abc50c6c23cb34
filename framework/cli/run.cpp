#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>

#include "cli/live_view.h"
#include "cli/results_store.h"
#include "cli/run_report.h"
#include "cli/session.h"
#include "cli/worker_session.h"
#include "formats/description_json.h"
#include "results/events.h"
#include "support/error.h"
#include "support/human.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct RunOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::string name;
  bool quiet = false;
  bool json = false;
};

/// The commit of the repository that the folder lies in; empty where there is none.
std::string git_commit(const fs::path& folder) {
  constexpr const char* kGit = "/usr/bin/git";
  if (!fs::exists(kGit)) return "";
  const ChildOutput git =
      run_child(kGit, {"-C", folder.empty() ? "." : folder.string(), "rev-parse", "HEAD"}, std::chrono::seconds(2));
  return git.status.success() ? git.output.substr(0, git.output.find('\n')) : "";
}

results::NewRun make_run(const RunOptions& options, const GlobalOptions& global) {
  const Session session = open_session(global, options.file);
  spec::Experiment experiment = spec::load_experiment(options.file, options.overrides, session.declarations);
  results::RunInfo info;
  info.name = options.name.empty() ? experiment.name : options.name;
  info.command = {"runner", options.file};
  info.command.insert(info.command.end(), options.overrides.begin(), options.overrides.end());
  info.experiment_file = options.file;
  info.overrides = options.overrides;
  info.origins = experiment.origins;
  info.plugins = plugins_of(experiment.resolved, session.catalogue);
  info.runner = this_process();
  info.folio_version = FOLIO_VERSION;
  info.git_commit = git_commit(fs::path(options.file).parent_path());
  return results::create_run(global.results, std::move(info), experiment.source, experiment.resolved);
}

/// Runs the worker on the run's folder, entering what it records into the store as it comes.
WorkerEnd work_on(const results::NewRun& run, const RunOptions& options, results::Store& store) {
  LiveView view(options.quiet || options.json);
  auto last_sync = std::chrono::steady_clock::now();
  const WorkerEnd end = run_worker(
      {.arguments = {"train", run.folder.path().string()},
       .environment = worker_environment(options.file),
       .error_file = run.folder.log()},
      [&](const nlohmann::json& line) { view.show(line); },
      [&] {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_sync < std::chrono::seconds(1)) return;
        store.sync_run(run.info.id);
        last_sync = now;
      });
  view.finish();
  return end;
}

/// Whether the run's events themselves say how it ended.
bool says_its_end(const results::NewRun& run) {
  bool ended = false;
  for (results::EventBatch batch = results::read_events(run.folder.events(), 0); !batch.events.empty();
       batch = results::read_events(run.folder.events(), batch.offset)) {
    for (const results::Event& event : batch.events) {
      const auto* state = std::get_if<results::StateEvent>(&event.what);
      if (state != nullptr) ended = !results::is_active(state->state);
    }
  }
  return ended;
}

/// A worker that died without a word (killed, out of memory) is written down as what it was: nobody else is writing to
/// the events by now.
void record_end(const results::NewRun& run, const WorkerEnd& end, results::Store& store) {
  if (!says_its_end(run)) {
    results::EventWriter events(run.folder.events());
    end.killed_by_user ? events.interrupted() : events.failed(ErrorKind::run, "the worker " + end.status.to_text());
  }
  store.sync_run(run.info.id);
}

void print_result(const results::Run& run) {
  nlohmann::json json{{"id", run.summary.id},
                      {"name", run.summary.name},
                      {"state", results::to_string(run.summary.state)},
                      {"folder", run.folder.path().string()},
                      {"metrics", nlohmann::json::object()}};
  for (const auto& [name, value] : run.summary.metrics) json["metrics"][name] = number_to_json(value);
  if (run.summary.error) json["error"] = run.summary.error->message;
  print_json(json);
}

/// What the run's end says to a person; gives the exit code.
int report(const results::Run& run, const RunOptions& options) {
  const std::string& id = run.summary.id;
  if (options.json) print_result(run);
  switch (run.summary.state) {
    case results::RunState::finished:
      if (!options.json) fmt::print("{}", run_report(run, use_colour(STDOUT_FILENO)));
      return 0;
    case results::RunState::interrupted:
      fmt::print(stderr, "Interrupted: run {} is kept as it stood, in {}\nNext:\n  ./runner show {}\n", id,
                 run.folder.path().string(), id);
      return 128 + SIGINT;
    default:
      break;
  }
  const results::RunError error = run.summary.error.value_or(results::RunError{ErrorKind::run, "its worker is gone"});
  fmt::print(stderr, "{}: run {} failed: {}\n  its log: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), id,
             error.message, run.folder.log().string());
  return folio::exit_code(error.kind);
}

int run_experiment(const RunOptions& options, const GlobalOptions& global) {
  results::Store store = open_store(global);
  const results::NewRun run = make_run(options, global);
  if (!options.quiet && !options.json) {
    fmt::print(stderr, "Run {} of {} ({})\n", run.info.id, run.info.name, options.file);
  }
  const WorkerEnd end = work_on(run, options, store);
  record_end(run, end, store);
  return report(store.load(run.info.id), options);
}

}  // namespace

void add_run(CLI::App& app, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Train as an experiment file says, and keep the result");
  command->add_option("file", options->file, "the experiment file")->required();
  command->add_option("overrides", options->overrides, "settings put over the file's: section.key=value");
  command->add_option("-n,--name", options->name, "the run's name, in place of the experiment's");
  command->add_flag("-q,--quiet", options->quiet, "show no progress");
  command->add_flag("--json", options->json, "print the result as JSON, and nothing else");
  command->footer(
      "The word 'run' may be left out.\n\n"
      "Examples:\n"
      "  runner experiments/romeo.yaml\n"
      "  runner experiments/romeo.yaml training.num_train_epochs=1 model.hidden_size=384\n"
      "  runner experiments/smoke.yaml --json");
  command->callback([options, &global, &exit_code] { exit_code = run_experiment(*options, global); });
}

}  // namespace folio::cli
