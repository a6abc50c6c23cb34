#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "runs/record/trash.h"

namespace folio::cli {
namespace {

struct RemoveOptions {
  std::vector<std::string> runs;
  bool force = false;
};

void remove_runs(const GlobalOptions& global, const RemoveOptions& options) {
  runs::Store store = open_store(global);
  for (const runs::RunSummary& run : named_runs(store.list(), options.runs)) {
    runs::move_to_trash(global.results, run, options.force);
    std::cout << fmt::format("{}  {}: moved to the trash; runner restore {} brings it back\n", run.id, run.name,
                             run.id);
  }
  store.sync();
}

}  // namespace

void add_rm(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("rm", "Move runs to the trash");
  const auto options = std::make_shared<RemoveOptions>();
  command.option("RUN", options->runs, "runs, given as for 'show'").required();
  command.flag("--force", options->force,
               "also runs that are not known to have ended; one that goes on is stopped by it");
  command.footer("Examples:\n  runner rm 3fa9 b2c1\n  runner restore 3fa9");
  command.action([&global, options] { remove_runs(global, *options); });
}

}  // namespace folio::cli
