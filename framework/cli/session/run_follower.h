#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/session/global_options.h"

namespace folio::cli {

/// Enters a run into the store while its worker is at it, in a thread of its own: a store that fails or does not answer
/// (its server is away) neither ends the run, whose folder has all that will be entered later, nor keeps the runner
/// from watching its worker.
class RunFollower {
 public:
  RunFollower(const GlobalOptions& global, std::string run_id);
  ~RunFollower();
  RunFollower(const RunFollower&) = delete;
  RunFollower& operator=(const RunFollower&) = delete;

  /// What a person should know, once: the store has been away for a while.
  std::optional<std::string> take_warning();

 private:
  struct Shared;

  std::shared_ptr<Shared> shared_;  // with the thread, which is left behind where it hangs
};

}  // namespace folio::cli
