#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/session/global_options.h"

namespace folio::cli {

struct MultirunOptions {
  std::string file;
  std::vector<std::string> overrides;  ///< some with several values (sweep.h)
  std::string name;                    ///< of the runs; empty: the experiment's
  bool quiet = false;
  bool json = false;
  bool force = false;                        ///< run again what has finished before
  bool accept_differences = false;           ///< go on with a run that was cut off under other conditions too
  std::function<void(std::size_t)> begun{};  ///< called with the number of runs, before the first one
};

/// Runs every combination of the overrides' values, one after the other, each in a worker of its own, and ends with a
/// table of all. One that fails is told at once and does not stop the others; Ctrl-C stops all. A combination is passed
/// over where a run of the same resolved experiment with the same plugin builds has finished; one that was cut off goes
/// on from its newest checkpoint, or is run anew where it cannot. Gives the exit code: 0, 1 where any failed, 130 where
/// it was stopped.
int multirun(const MultirunOptions& options, const GlobalOptions& global);

}  // namespace folio::cli
