#include "cli/session/results_store.h"

#include <iostream>

namespace folio::cli {

runs::Store store_of(const GlobalOptions& global) {
  return {global.results, global.baselines.empty() ? global.results / "baselines" : global.baselines, global.store};
}

void sync(runs::Store& store) {
  for (const runs::SyncProblem& problem : store.sync()) std::cerr << "warning: " << problem.message << "\n";
}

runs::Store open_store(const GlobalOptions& global) {
  runs::Store store = store_of(global);
  if (store.in_memory())
    std::cerr << "note: " << global.results.string() << " cannot be written to; every run folder is read again\n";
  sync(store);
  return store;
}

}  // namespace folio::cli
