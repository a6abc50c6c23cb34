#include "cli/results_store.h"

#include <iostream>

namespace folio::cli {

results::Store open_store(const GlobalOptions& global) {
  const auto baselines = global.baselines.empty() ? global.results / "baselines" : global.baselines;
  results::Store store(global.results, baselines);
  if (store.in_memory()) {
    std::cerr << "note: " << global.results.string() << " cannot be written; every run folder is read anew\n";
  }
  for (const results::SyncProblem& problem : store.sync()) std::cerr << "warning: " << problem.message << "\n";
  return store;
}

void print_json(const nlohmann::json& json) { std::cout << json.dump(2) << "\n"; }

}  // namespace folio::cli
