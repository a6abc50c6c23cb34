// rm, restore, purge: runs that are no longer wanted.

#include "results/trash.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <set>

#include "cli/commands.h"
#include "cli/results_store.h"
#include "results/selection.h"
#include "support/error.h"
#include "support/human.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

using results::RunSummary;

struct TrashOptions {
  std::vector<std::string> runs;
  bool yes = false;
};

/// The runs that are named, each once.
std::vector<RunSummary> named_runs(const std::vector<RunSummary>& runs, const std::vector<std::string>& names) {
  std::vector<RunSummary> result;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const RunSummary& run = results::select_run(runs, name);
    if (seen.insert(run.id).second) result.push_back(run);
  }
  return result;
}

std::vector<RunSummary> trashed_runs(const GlobalOptions& global, const std::vector<std::string>& names) {
  const auto trash = results::list_trash(global.results);
  if (trash.empty()) throw Error(ErrorKind::usage, "the trash is empty");
  return names.empty() ? trash : named_runs(trash, names);
}

void remove_runs(const GlobalOptions& global, const TrashOptions& options) {
  results::Store store = open_store(global);
  for (const RunSummary& run : named_runs(store.list(), options.runs)) {
    results::move_to_trash(global.results, run);
    std::cout << fmt::format("{}  {}: in the trash; runner restore {} brings it back\n", run.id, run.name, run.id);
  }
  store.sync();
}

void list_trash(const GlobalOptions& global) {
  for (const RunSummary& run : results::list_trash(global.results)) {
    std::cout << fmt::format("{}  {}  {}\n", run.id, run.name, run.created);
  }
}

void restore_runs(const GlobalOptions& global, const TrashOptions& options) {
  if (options.runs.empty()) return list_trash(global);
  for (const RunSummary& run : trashed_runs(global, options.runs)) {
    results::restore_from_trash(global.results, run.id);
    std::cout << fmt::format("{}  {}: restored\n", run.id, run.name);
  }
  open_store(global);
}

bool confirmed(std::size_t runs, std::uintmax_t bytes) {
  if (!is_terminal(STDIN_FILENO)) {
    throw Error(ErrorKind::usage, "deleting for good asks first, and there is no terminal to ask on; -y answers yes");
  }
  std::cout << fmt::format("Delete {} run{} ({}) for good? [y/N] ", runs, runs == 1 ? "" : "s",
                           human_bytes(static_cast<double>(bytes)))
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void purge_runs(const GlobalOptions& global, const TrashOptions& options) {
  const auto runs = trashed_runs(global, options.runs);
  std::uintmax_t bytes = 0;
  for (const RunSummary& run : runs) bytes += results::trashed_bytes(global.results, run.id);
  if (!options.yes && !confirmed(runs.size(), bytes)) return;
  for (const RunSummary& run : runs) {
    results::purge_from_trash(global.results, run.id);
    std::cout << fmt::format("{}  {}: deleted\n", run.id, run.name);
  }
}

}  // namespace

void add_rm(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("rm", "Move runs to the trash");
  const auto options = std::make_shared<TrashOptions>();
  command->add_option("RUN", options->runs, "Runs, named as for 'show'")->required();
  command->footer("Examples:\n  runner rm 3fa9 b2c1\n  runner restore 3fa9");
  command->callback([&global, options] { remove_runs(global, *options); });
}

void add_restore(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("restore", "Bring runs back from the trash; without RUN, list what is in it");
  const auto options = std::make_shared<TrashOptions>();
  command->add_option("RUN", options->runs, "Runs in the trash: ids or their beginnings, names");
  command->footer("Examples:\n  runner restore\n  runner restore 3fa9");
  command->callback([&global, options] { restore_runs(global, *options); });
}

void add_purge(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("purge", "Delete runs in the trash for good");
  const auto options = std::make_shared<TrashOptions>();
  command->add_option("RUN", options->runs, "Runs in the trash; all of them by default");
  command->add_flag("-y,--yes", options->yes, "Do not ask");
  command->footer("Examples:\n  runner purge\n  runner purge 3fa9 -y");
  command->callback([&global, options] { purge_runs(global, *options); });
}

}  // namespace folio::cli
