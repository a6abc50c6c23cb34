#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "runs/record/selection.h"
#include "runs/record/trash.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

struct RemoveOptions {
  std::vector<std::string> runs;
  bool force = false;
};

/// The runs that are named, each once. A folder that cannot be read can be removed too.
std::vector<runs::RunSummary> runs_to_remove(const std::vector<runs::RunSummary>& runs,
                                             const std::vector<runs::UnreadRun>& unread,
                                             const std::vector<std::string>& names) {
  std::vector<std::string> readable;
  std::vector<runs::RunSummary> found;
  for (const std::string& name : names) {
    const runs::UnreadRun* const run = runs::select_unread(runs, name, unread);
    if (run == nullptr) {
      readable.push_back(name);
      continue;
    }
    runs::RunSummary& folder = found.emplace_back();
    folder.id = run->id;
    folder.name = "a folder that cannot be read";
    folder.state = runs::RunState::failed;
  }
  const auto named = runs::named_runs(runs, readable);
  found.insert(found.end(), named.begin(), named.end());
  return found;
}

void remove_runs(const GlobalOptions& global, const RemoveOptions& options) {
  runs::Store store = open_store(global);
  const std::vector<runs::RunSummary> runs = store.list();
  for (const runs::RunSummary& run : runs_to_remove(runs, store.unread(), options.runs)) {
    runs::move_to_trash(global.results, run, options.force);
    const std::string id = without_controls(run.id);
    std::cout << fmt::format("{}  {}: moved to the trash; runner restore {} brings it back\n", id, run.name, id);
  }
  store.sync();
}

}  // namespace

void add_rm(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("rm", "Move runs to the trash");
  const auto options = std::make_shared<RemoveOptions>();
  command.option("RUN", options->runs, "runs, given as for 'show'").required().free_text();
  command.flag("--force", options->force,
               "also runs that are not known to have ended; one that goes on is stopped by it");
  command.footer("Examples:\n  runner rm 3fa9 b2c1\n  runner restore 3fa9");
  command.action([&global, options] { remove_runs(global, *options); });
}

}  // namespace folio::cli
