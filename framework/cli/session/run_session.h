#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/session/global_options.h"
#include "experiment/experiment.h"
#include "runs/record/run_folder.h"
#include "runs/store/store.h"

namespace folio::cli {

/// A run that is there and is to be worked on: from a checkpoint, or from its beginning.
struct Resumption {
  runs::RunInfo info{};
  runs::RunFolder folder{""};
  std::string from = "last";        ///< "last", "best", or the folder of a checkpoint; empty: from its beginning
  bool accept_differences = false;  ///< go on under other conditions than it began with
  std::uint64_t events_seen = 0;    ///< bytes of its events, when it was found to be at rest
};

/// A run that was to be resumed, and was left as it was.
class NotResumed : public Error {
  using Error::Error;
};

/// An experiment that is to be trained now.
struct RunRequest {
  experiment::Experiment experiment{};
  std::vector<std::string> overrides{};               ///< that the experiment was loaded with
  std::vector<runs::PluginBuild> plugins{};           ///< of its sections
  std::string name{};                                 ///< of the run; empty: the experiment's
  std::optional<Resumption> resumption{};             ///< the run that goes on, instead of a new one
  std::optional<std::int64_t> stop_after{};           ///< steps; else it is trained to its end
  bool quiet = false;                                 ///< show no progress
  std::function<void(const runs::RunInfo&)> begun{};  ///< called once the run is there, before it is worked on
};

/// Makes the run's folder, or takes up that of the run to be resumed, trains in a worker of its own, and enters what
/// that records into the store as it comes. Gives the run as it ended, which may be as failed or interrupted; a store
/// that cannot be reached by then is a warning. Neither the end of the terminal nor that of a reader of the output ends
/// the run. Throws Error where the run cannot be begun, NotResumed where it cannot go on, and Error (interrupted)
/// after a Ctrl-C before it was there.
runs::Run run_to_end(const RunRequest& request, const GlobalOptions& global, runs::Store& store);

}  // namespace folio::cli
