#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/run_choice.h"
#include "runs/record/trash.h"
#include "support/error.h"
#include "support/human.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

struct PurgeOptions {
  std::vector<std::string> runs;
  bool yes = false;
};

bool confirmed(std::size_t runs, std::uintmax_t bytes) {
  if (!is_terminal(STDIN_FILENO))
    throw Error(ErrorKind::usage,
                "deleting for good needs confirmation, and there is no terminal to ask on; -y confirms");
  std::cout << fmt::format("Delete {} run{} ({}) for good? [y/N] ", runs, runs == 1 ? "" : "s",
                           human_bytes(static_cast<double>(bytes)))
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void purge_runs(const GlobalOptions& global, const PurgeOptions& options) {
  const auto runs = trashed_runs(global, options.runs);
  std::uintmax_t bytes = 0;
  for (const runs::RunSummary& run : runs) bytes += runs::trashed_bytes(global.results, run.id);
  if (!options.yes && !confirmed(runs.size(), bytes)) return;
  for (const runs::RunSummary& run : runs) {
    runs::purge_from_trash(global.results, run.id);
    std::cout << fmt::format("{}  {}: deleted\n", run.id, run.name);
  }
}

}  // namespace

void add_purge(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("purge", "Delete runs in the trash for good");
  const auto options = std::make_shared<PurgeOptions>();
  command.option("RUN", options->runs, "runs in the trash; by default all of them").free_text();
  command.flag("-y,--yes", options->yes, "do not ask for confirmation");
  command.footer("Examples:\n  runner purge\n  runner purge 3fa9 -y");
  command.action([&global, options] { purge_runs(global, *options); });
}

}  // namespace folio::cli
