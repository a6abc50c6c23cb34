#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/session/global_options.h"
#include "runs/compare/repetition.h"
#include "runs/record/run.h"

namespace folio::cli {

struct RepetitionRequest {
  std::string from{};                   ///< the checkpoint to go on from: its name or folder; empty: from the beginning
  std::optional<std::int64_t> steps{};  ///< how many; else to where the run has saved weights, or logged
  bool quiet = false;                   ///< show no progress
};

/// Does some steps of a run once more as they were done, in a folder that is gone afterwards, and holds what comes of
/// it against the run's record. The run itself is left as it is. Throws Error (usage) where there is nothing to repeat
/// or to compare, Error (run) where a checkpoint is not whole, and what ended the repetition.
runs::Repetition repeat_run(const runs::Run& run, const RepetitionRequest& request, const GlobalOptions& global);

}  // namespace folio::cli
