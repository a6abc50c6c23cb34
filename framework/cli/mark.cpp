#include <fmt/format.h>
#include <fmt/ostream.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "runs/record/events.h"
#include "runs/record/selection.h"
#include "support/error.h"

namespace folio::cli {
namespace {

using runs::RunState;

struct MarkOptions {
  std::string run;
  std::string state;
  std::string reason;
};

/// Throws Error (usage) unless the run may be marked.
void require_endable(const runs::RunSummary& run) {
  runs::require_own(run);
  if (!runs::is_active(run.state)) {
    throw Error(ErrorKind::usage, fmt::format("run {} is {} already; only one that is created or running can be marked",
                                              run.id, runs::to_string(run.state)));
  }
  // What is known to be gone is marked as failed by itself: what is left lives, or nobody knows.
  if (!run.elsewhere.empty()) return;
  throw Error(ErrorKind::usage, fmt::format("run {0} is being worked on: 'runner stop {0}' ends it", run.id));
}

void mark_run(const GlobalOptions& global, const MarkOptions& options) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const runs::RunSummary run = runs::select_run(runs, options.run, store.unread());
  require_endable(run);
  runs::EventWriter events(store.folder_of(run.id).events());
  const std::string reason = options.reason.empty() ? "marked by hand" : "marked by hand: " + options.reason;
  options.state == "failed" ? events.failed(ErrorKind::run, reason) : events.interrupted();
  store.sync_run(run.id);
  fmt::print(std::cout, "{}  {}: {}\n", run.id, run.name, runs::to_string(store.load(run.id).summary.state));
}

}  // namespace

void add_mark(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("mark", "Say how a run ended that can no longer say so itself");
  const auto options = std::make_shared<MarkOptions>();
  command.option("RUN", options->run, "a run, given as for 'show'").required().free_text();
  command.option("STATE", options->state, "failed or interrupted").required().one_of({"failed", "interrupted"});
  command.option("--reason", options->reason, "why it failed");
  command.footer(
      "A run whose process is gone is marked as failed by itself. This is for a run on another machine, of which "
      "nothing "
      "can\nbe seen from here.\n\nExamples:\n"
      "  runner mark 3fa9 failed\n"
      "  runner mark 3fa9 failed --reason \"node7 lost power\"");
  command.action([&global, options] { mark_run(global, *options); });
}

}  // namespace folio::cli
