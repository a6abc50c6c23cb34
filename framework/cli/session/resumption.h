#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/session/run_session.h"
#include "runs/store/store.h"

namespace folio::cli {

/// From where a run is to go on, and whether under other conditions.
struct ResumeChoice {
  std::string from;  ///< "last", "best", a checkpoint's folder; "auto": "last" where there is a run to go on with
  bool accept_differences = false;
};

/// The folder of a checkpoint, given as that or by its name in the run's folder. Throws Error (usage) that says what
/// there is, and `also` what else may be said.
std::filesystem::path checkpoint_of(const std::string& from, const runs::RunFolder& folder,
                                    std::vector<std::string> also = {});

/// Throws Error (usage) where the run was not trained in this results folder, or somebody works on it.
void require_trainable(const runs::Run& run);

/// The run as it is now, to go on from there.
Resumption to_go_on(const runs::Run& run, const ResumeChoice& choice);

/// The newest run of the experiment file that can go on: it has not finished, nobody works on it, and it has saved
/// something. With "auto" none where there is none; else throws Error (usage).
std::optional<Resumption> resumption_of(const std::filesystem::path& experiment, const ResumeChoice& choice,
                                        runs::Store& store);

/// The newest run with the same name, settings and plugin builds as the one that is asked for: a finished one, or one
/// that can go on.
std::optional<runs::Run> equal_run(const RunRequest& request, bool finished, runs::Store& store);

/// What makes this run go on as its own settings say, and `overrides` on top of them. Throws Error (usage) where
/// somebody works on it, or it cannot be resumed.
RunRequest request_to_resume(const runs::Run& run, const std::vector<std::string>& overrides,
                             const ResumeChoice& choice, const GlobalOptions& global);

}  // namespace folio::cli
