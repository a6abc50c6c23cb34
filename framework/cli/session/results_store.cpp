#include "cli/session/results_store.h"

#include <algorithm>
#include <iostream>

#include "support/utf8.h"

namespace folio::cli {

runs::Store store_of(const GlobalOptions& global) {
  return {global.results, global.baselines.empty() ? global.results / "baselines" : global.baselines, global.store};
}

void sync(runs::Store& store) {
  constexpr std::size_t kMostTold = 20;
  const std::vector<runs::UnreadRun> unread = store.sync();
  for (std::size_t i = 0; i < std::min(unread.size(), kMostTold); ++i)
    std::cerr << "warning: " << without_controls(unread[i].message) << "; this run is skipped\n";
  if (unread.size() > kMostTold) {
    std::cerr << "warning: " << unread.size() - kMostTold
              << " more run folders cannot be read; runner doctor names all of them\n";
  }
}

runs::Store open_store(const GlobalOptions& global) {
  runs::Store store = store_of(global);
  if (store.in_memory())
    std::cerr << "note: " << global.results.string() << " cannot be written to; every run folder is read again\n";
  sync(store);
  return store;
}

}  // namespace folio::cli
