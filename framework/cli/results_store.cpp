#include "cli/results_store.h"

#include <iostream>

namespace folio::cli {

results::Store store_of(const GlobalOptions& global) {
  return {global.results, global.baselines.empty() ? global.results / "baselines" : global.baselines, global.store};
}

void sync(results::Store& store) {
  for (const results::SyncProblem& problem : store.sync()) std::cerr << "warning: " << problem.message << "\n";
}

results::Store open_store(const GlobalOptions& global) {
  results::Store store = store_of(global);
  if (store.in_memory()) {
    std::cerr << "note: " << global.results.string() << " cannot be written; every run folder is read anew\n";
  }
  sync(store);
  return store;
}

void print_json(const nlohmann::json& json) { std::cout << json.dump(2) << "\n"; }

}  // namespace folio::cli
