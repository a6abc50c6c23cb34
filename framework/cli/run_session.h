#pragma once

#include <string>
#include <vector>

#include "cli/commands.h"
#include "results/run_folder.h"
#include "results/store/store.h"
#include "spec/experiment.h"

namespace folio::cli {

/// An experiment that is to be trained now.
struct RunRequest {
  spec::Experiment experiment{};
  std::vector<std::string> overrides{};         ///< that the experiment was loaded with
  std::vector<results::PluginBuild> plugins{};  ///< of its sections
  std::string name{};                           ///< of the run; empty: the experiment's
  bool quiet = false;                           ///< show no progress
};

/// Makes the run's folder, trains in a worker of its own, and enters what that records into the store as it comes.
/// Gives the run as it ended, which may be as failed or interrupted; a store that cannot be reached by then is a
/// warning. Throws Error where the run cannot be begun.
results::Run run_to_end(const RunRequest& request, const GlobalOptions& global, results::Store& store);

}  // namespace folio::cli
