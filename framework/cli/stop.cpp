#include <fmt/format.h>
#include <fmt/ostream.h>
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/view/print_json.h"
#include "runs/query/run_choice.h"
#include "runs/record/events.h"
#include "support/error.h"
#include "support/files.h"
#include "support/process_identity.h"

namespace folio::cli {
namespace {

using runs::RunState;

struct StopOptions {
  std::vector<std::string> runs;
  bool now = false;
  bool json = false;
};

/// The worker on this machine, as this process sees it.
std::optional<ProcessIdentity> worker_of(const runs::RunFolder& folder) {
  std::optional<ProcessIdentity> worker;
  runs::for_each_event(folder.events(), [&](const runs::Event& event) {
    const auto* state = std::get_if<runs::StateEvent>(&event.what);
    if (state != nullptr && state->process) worker = state->process;
  });
  return worker && liveness(*worker) == Liveness::alive ? worker : std::nullopt;
}

/// Kills the worker, and writes down that a person did, unless its runner is there to do that.
void kill_worker(const runs::RunSummary& run, const runs::RunFolder& folder) {
  const auto worker = worker_of(folder);
  if (!worker) {
    throw Error(ErrorKind::usage, fmt::format("run {}: its worker cannot be seen from here, so it cannot be killed; "
                                              "without --now it is asked to stop",
                                              run.id));
  }
  runs::EventWriter(folder.events()).interrupted();
  ::kill(-static_cast<pid_t>(worker->pid), SIGKILL);
}

class Stop {
 public:
  Stop(const StopOptions& options, const GlobalOptions& global) : options_(options), store_(open_store(global)) {}

  void run() {
    const std::vector<runs::RunSummary> runs = runs::named_runs(store_.list(), options_.runs, store_.unread());
    for (const runs::RunSummary& run : runs) {
      runs::require_own(run);
      if (runs::is_active(run.state)) ask(run);
    }
    nlohmann::json ended = nlohmann::json::array();
    for (const runs::RunSummary& run : runs) {
      const RunState state = runs::is_active(run.state) ? wait_for(run) : run.state;
      ended.push_back({{"id", run.id}, {"name", run.name}, {"state", runs::to_string(state)}});
      if (options_.json) continue;
      fmt::print(std::cout, "{}  {}: {}{}\n", run.id, run.name,
                 runs::is_active(run.state) ? "" : "was not running: ", runs::to_string(state));
    }
    if (options_.json) print_json({{"runs", ended}});
  }

 private:
  void ask(const runs::RunSummary& run) {
    const runs::RunFolder folder = store_.folder_of(run.id);
    if (options_.now) return kill_worker(run, folder);
    write_file_atomically(folder.stop(), "", ErrorKind::store);
    if (options_.json) return;
    const std::string where = run.elsewhere.empty() ? "" : fmt::format(" on {}, when it sees this", run.elsewhere);
    fmt::print(std::cerr, "{}  {}: stops after its step and saves what it has{}; Ctrl-C only ends the waiting\n",
               run.id, run.name, where);
  }

  /// The state in which it ended.
  RunState wait_for(const runs::RunSummary& run) {
    constexpr useconds_t kBetweenLooks = 200'000;
    for (;; ::usleep(kBetweenLooks)) {
      store_.sync_run(run.id);
      const RunState state = store_.load(run.id).summary.state;
      if (runs::is_active(state)) continue;
      ::unlink(store_.folder_of(run.id).stop().c_str());  // where the end was quicker
      return state;
    }
  }

  const StopOptions& options_;
  runs::Store store_;
};

}  // namespace

void add_stop(const Command& program, const GlobalOptions& global, int&) {
  const Command command =
      program.subcommand("stop", "End runs after their step, saving what they have, as Ctrl-C would");
  const auto options = std::make_shared<StopOptions>();
  command.option("RUN", options->runs, "runs, given as for 'show'").required().free_text();
  command.flag("--now", options->now, "kill their workers at once, without saving, as a second Ctrl-C would");
  command.flag("--json", options->json, "print how they ended as JSON");
  command.footer(
      "It asks through the run's folder, so it works from another terminal, container or machine. Then it waits for "
      "the "
      "end.\n\nExamples:\n  runner stop latest\n  runner stop 3fa9 b2c1 --now");
  command.action([&global, options] { Stop(*options, global).run(); });
}

}  // namespace folio::cli
