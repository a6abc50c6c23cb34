#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "runs/store/damaged_store.h"

namespace folio::cli {
namespace {

void set_aside_if_damaged(const std::filesystem::path& file) {
  if (runs::store_is_sound(file)) return;
  std::cout << fmt::format("{} was damaged; it is now in {}\n", file.string(), runs::set_store_aside(file).string());
}

/// Only `forget`, a results folder, where it is not empty.
void reindex(const GlobalOptions& global, const std::string& forget) {
  require_results(global);
  if (global.store.empty()) set_aside_if_damaged(runs::store_file(global.results));
  runs::Store store = store_of(global);
  if (!forget.empty()) {
    std::cout << fmt::format("{} runs of {} forgotten\n", store.forget_elsewhere(forget), forget);
    return;
  }
  store.clear();
  sync(store);
  const auto runs = store.list();
  const auto entered =
      std::count_if(runs.begin(), runs.end(), [](const runs::RunSummary& run) { return run.other_folder.empty(); });
  std::cout << fmt::format("{} runs entered from their folders\n", entered);
}

}  // namespace

void add_reindex(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("reindex", "Rebuild the store from the run folders");
  const auto forget = std::make_shared<std::string>();
  command.option("--forget", *forget,
                 "only remove the runs of a results folder that no longer exists, HOST:FOLDER, from a server's store");
  command.footer(
      "Examples:\n  runner reindex\n"
      "  runner reindex --forget node7:/data/results");
  command.action([&global, forget] { reindex(global, *forget); });
}

}  // namespace folio::cli
