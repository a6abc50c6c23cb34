#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/results_store.h"
#include "runs/store/salvage.h"
#include "support/error.h"

namespace folio::cli {
namespace {

struct ReindexOptions {
  std::string salvage;
  std::string forget;
};

void salvage_to(const std::filesystem::path& file, const std::string& to) {
  const runs::Salvage found = runs::salvage_store(file, to);
  std::cout << fmt::format("{}: {} runs, {} final values, {} points that could be read\n", to, found.runs, found.finals,
                           found.points);
  for (const std::string& problem : found.problems) std::cerr << "warning: not all could be read: " << problem << "\n";
}

void mend_file(const std::filesystem::path& file, const ReindexOptions& options) {
  if (!options.salvage.empty()) salvage_to(file, options.salvage);
  if (!runs::store_is_sound(file)) {
    std::cout << fmt::format("{} is damaged; it lies in {} now\n", file.string(), runs::set_store_aside(file).string());
  }
}

void reindex(const GlobalOptions& global, const ReindexOptions& options) {
  if (global.store.empty()) {
    mend_file(runs::store_file(global.results), options);
  } else if (!options.salvage.empty()) {
    throw Error(ErrorKind::usage, "--salvage reads a store that is a file; a server's is kept whole by the server");
  }
  runs::Store store = store_of(global);
  if (!options.forget.empty()) {
    std::cout << fmt::format("{} runs of {} forgotten\n", store.forget_elsewhere(options.forget), options.forget);
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

void add_reindex(CLI::App& app, const GlobalOptions& global, int&) {
  auto* command = app.add_subcommand("reindex", "Make the store anew from the run folders");
  const auto options = std::make_shared<ReindexOptions>();
  command->add_option("--salvage", options->salvage,
                      "First write what can be read of the store that is there to this file, as JSON lines");
  command->add_option("--forget", options->forget,
                      "Only take the runs of a results folder that is no more, HOST:FOLDER, out of a server's store");
  command->footer(
      "Examples:\n  runner reindex\n  runner reindex --salvage store.jsonl\n"
      "  runner reindex --forget node7:/data/results");
  command->callback([&global, options] { reindex(global, *options); });
}

}  // namespace folio::cli
