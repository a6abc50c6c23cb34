#include "cli/session/results_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "runs/record/run_folder.h"
#include "runs/record/unfinished_run.h"
#include "support/error.h"
#include "support/files.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

fs::path baselines_of(const GlobalOptions& global) {
  return global.baselines.empty() ? global.results / "baselines" : global.baselines;
}

runs::Store in_memory(const GlobalOptions& global) {
  return runs::Store::in_memory_of(global.results, baselines_of(global));
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// What the person may have meant: a folder of a similar name, else how far the path leads.
std::string nearest_folder(const fs::path& missing) {
  const fs::path parent = missing.has_parent_path() ? missing.parent_path() : fs::path(".");
  if (!is_folder(parent)) {
    fs::path there = parent;
    while (there.has_relative_path() && !is_folder(there)) there = there.parent_path();
    return fmt::format("; the nearest folder that does is '{}'", there.empty() ? "." : there.string());
  }
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error))
    if (is_folder(entry->path())) names.push_back(entry->path().filename().string());
  const auto nearest = nearest_name(missing.filename().string(), names);
  return nearest ? fmt::format("; did you mean '{}'?", (missing.parent_path() / *nearest).string()) : "";
}

void require_named(const GlobalOptions& global) {
  if (global.results.empty()) throw Error(ErrorKind::usage, "--results (or FOLIO_RESULTS) is empty: expected a folder");
}

}  // namespace

void require_results(const GlobalOptions& global) {
  require_named(global);
  if (!global.store.empty() || is_folder(global.results) || global.results == global.usual_results) return;
  const fs::path named = (global.results / "").parent_path();  // without a slash at its end
  std::error_code ignored;
  throw Error(ErrorKind::usage,
              fs::exists(named, ignored)
                  ? fmt::format("the results folder '{}' (--results or FOLIO_RESULTS) is not a folder", named.string())
                  : fmt::format("the results folder '{}' (--results or FOLIO_RESULTS) does not exist{}\nThe first run "
                                "makes it; nothing was made now.",
                                named.string(), nearest_folder(named)));
}

runs::Store store_of(const GlobalOptions& global) {
  // A folder without runs gets no store, so that looking at one leaves nothing behind.
  const bool has_runs = is_folder(runs::runs_folder(global.results)) || fs::exists(runs::store_file(global.results));
  if (global.store.empty() && !has_runs) return in_memory(global);
  return {global.results, baselines_of(global), global.store};
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
  require_results(global);
  return open_store_to_add(global);
}

runs::Store open_store_to_add(const GlobalOptions& global) {
  require_named(global);
  runs::UnfinishedRun::remove_abandoned(global.results);
  try {
    runs::Store store = store_of(global);
    if (store.in_memory() && is_folder(runs::runs_folder(global.results)))
      std::cerr << "note: " << global.results.string() << " cannot be written to; every run folder is read again\n";
    sync(store);
    return store;
  } catch (const runs::StoreDiskError& error) {
    std::cerr << "warning: " << one_message(error.what()) << "; every run folder is read again\n";
  }
  runs::Store store = in_memory(global);
  sync(store);
  return store;
}

}  // namespace folio::cli
