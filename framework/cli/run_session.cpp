#include "cli/run_session.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "cli/live_view.h"
#include "cli/session.h"
#include "cli/worker_session.h"
#include "results/events.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

/// The commit of the repository that the folder lies in; empty where there is none.
std::string git_commit(const fs::path& folder) {
  constexpr const char* kGit = "/usr/bin/git";
  if (!fs::exists(kGit)) return "";
  const ChildOutput git =
      run_child(kGit, {"-C", folder.empty() ? "." : folder.string(), "rev-parse", "HEAD"}, std::chrono::seconds(2));
  return git.status.success() ? git.output.substr(0, git.output.find('\n')) : "";
}

results::NewRun make_run(const RunRequest& request, const fs::path& results_folder) {
  const spec::Experiment& experiment = request.experiment;
  const std::string file = experiment.file.string();
  results::RunInfo info;
  info.name = request.name.empty() ? experiment.name : request.name;
  info.command = {"runner", file};
  info.command.insert(info.command.end(), request.overrides.begin(), request.overrides.end());
  info.experiment_file = file;
  info.overrides = request.overrides;
  info.origins = experiment.origins;
  info.plugins = request.plugins;
  info.runner = this_process();
  info.folio_version = FOLIO_VERSION;
  info.git_commit = git_commit(experiment.file.parent_path());
  return results::create_run(results_folder, std::move(info), experiment.source, experiment.resolved);
}

/// Enters a run into the store while its worker is at it. A store that fails (its server is away) neither ends the run,
/// whose folder has all that will be entered later, nor keeps the runner from watching its worker; a warning says so
/// once it has been away for a while.
class Follower {
 public:
  Follower(results::Store& store, std::string id, LiveView& view) : store_(store), id_(std::move(id)), view_(view) {
    store_.set_patience(std::chrono::seconds(0));
  }
  ~Follower() { store_.set_patience(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  void follow() {
    if (Clock::now() < next_) return;
    try {
      store_.sync_run(id_);
      next_ = Clock::now() + std::chrono::seconds(1);
      failing_since_.reset();
    } catch (const Error& error) {
      next_ = Clock::now() + std::chrono::seconds(5);
      note_failure(error);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  void note_failure(const Error& error) {
    if (!failing_since_) failing_since_ = Clock::now();
    if (warned_ || Clock::now() - *failing_since_ < std::chrono::seconds(20)) return;
    view_.show({{"warning", fmt::format("{}; the run goes on, and is entered later", error.what())}});
    warned_ = true;
  }

  results::Store& store_;
  std::string id_;
  LiveView& view_;
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
  std::optional<Clock::time_point> failing_since_;
  bool warned_ = false;
};

/// Runs the worker on the run's folder, entering what it records into the store as it comes.
WorkerEnd work_on(const results::NewRun& run, const RunRequest& request, results::Store& store) {
  LiveView view(request.quiet);
  Follower follower(store, run.info.id, view);
  const WorkerEnd end = run_worker(
      {.arguments = {"train", run.folder.path().string()},
       .environment = worker_environment(request.experiment.file),
       .error_file = run.folder.log()},
      [&](const nlohmann::json& line) { view.show(line); }, [&] { follower.follow(); });
  view.finish();
  return end;
}

/// Whether the run's events themselves say how it ended.
bool says_its_end(const results::NewRun& run) {
  bool ended = false;
  results::for_each_event(run.folder.events(), [&](const results::Event& event) {
    const auto* state = std::get_if<results::StateEvent>(&event.what);
    if (state != nullptr) ended = !results::is_active(state->state);
  });
  return ended;
}

/// A worker that died without a word (killed, out of memory) is written down as what it was: nobody else is writing to
/// the events by now.
void record_end(const results::NewRun& run, const WorkerEnd& end) {
  if (says_its_end(run)) return;
  results::EventWriter events(run.folder.events());
  end.killed_by_user ? events.interrupted() : events.failed(ErrorKind::run, "the worker " + end.status.to_text());
}

}  // namespace

results::Run run_to_end(const RunRequest& request, const GlobalOptions& global, results::Store& store) {
  const results::NewRun run = make_run(request, global.results);
  if (!request.quiet) {
    fmt::print(stderr, "Run {} of {} ({})\n", run.info.id, run.info.name, request.experiment.file.string());
  }
  record_end(run, work_on(run, request, store));
  try {
    store.sync_run(run.info.id);
    return store.load(run.info.id);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}\nThe run itself has ended and is whole in {}; the next command that "
                                          "reaches the store enters it.",
                                          error.what(), run.folder.path().string()));
  }
}

}  // namespace folio::cli
