#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace folio::cli {

/// What stands before or beside any command.
struct GlobalOptions {
  std::vector<std::filesystem::path> plugin_path;  ///< --plugin-path, first wins
  std::filesystem::path results;                   ///< --results: the folder with the store and the runs
  std::filesystem::path usual_results;             ///< that folder where nobody names one
  std::filesystem::path baselines;                 ///< the runs that come with Folio; empty: `baselines` in results
  std::string store;                               ///< --store: a PostgreSQL server's address; empty: a file in results
};

}  // namespace folio::cli
