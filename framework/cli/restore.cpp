#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "runs/record/trash.h"

namespace folio::cli {
namespace {

struct RestoreOptions {
  std::vector<std::string> runs;
};

void list_trash(const GlobalOptions& global) {
  require_results(global);
  for (const runs::RunSummary& run : runs::list_trash(global.results))
    std::cout << fmt::format("{}  {}  {}\n", run.id, run.name, run.created);
}

void restore_runs(const GlobalOptions& global, const RestoreOptions& options) {
  if (options.runs.empty()) return list_trash(global);
  for (const runs::RunSummary& run : trashed_runs(global, options.runs)) {
    runs::restore_from_trash(global.results, run.id);
    std::cout << fmt::format("{}  {}: restored\n", run.id, run.name);
  }
  open_store(global);
}

}  // namespace

void add_restore(const Command& program, const GlobalOptions& global, int&) {
  const Command command =
      program.subcommand("restore", "Restore runs from the trash; without RUN, list the runs in it");
  const auto options = std::make_shared<RestoreOptions>();
  command.option("RUN", options->runs, "runs in the trash: ids, the beginnings of ids, or names").free_text();
  command.footer("Examples:\n  runner restore\n  runner restore 3fa9");
  command.action([&global, options] { restore_runs(global, *options); });
}

}  // namespace folio::cli
