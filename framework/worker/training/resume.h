#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runs/record/events.h"
#include "runs/record/run_folder.h"
#include "train/execution.h"
#include "worker/initial_weights.h"
#include "worker/job.h"
#include "worker/preparation.h"

namespace folio::worker {

/// How a run is to be resumed.
struct ResumeRequest {
  std::string from;  ///< "last", "best" or a checkpoint's folder
  bool accept_differences = false;
  nlohmann::json job;  ///< as Job::from_request() takes it
};

/// What a run's folder does not say: JSON {"resume": {"from", "accept_differences", "job": {"resolved", "plugins"}},
/// "stop_after": 40}, in which each may be missing.
struct TrainRequest {
  std::optional<ResumeRequest> resume;     ///< else the run begins
  std::optional<std::int64_t> stop_after;  ///< steps; else it trains to its end

  static TrainRequest parse(const std::string& text);
};

/// A checkpoint that was found whole.
struct ResumePoint {
  std::filesystem::path checkpoint;
  std::int64_t step = 0;
  nlohmann::json context;            ///< what the run was when it was saved: conditions()
  std::vector<std::string> skipped;  ///< newer ones that are not whole, each with the reason
};

/// The newest checkpoint that verifies, or the one that is asked for. Throws Error (run) where there is none, naming
/// what is wrong with each.
ResumePoint find_resume_point(const runs::RunFolder& folder, const std::string& from);

/// All that decides a run's numbers, as far as it is known before training: which run it is, experiment, plugins, text,
/// tokenizer, versions, processor, threads, precision, and `beneath`, the weights that adapters are trained on. Kept in
/// each checkpoint.
nlohmann::json conditions(const std::string& run, const nlohmann::json& resolved, const Job& job, const JobData& data,
                          const train::Execution& execution, const std::optional<InitialWeights>& beneath);

/// What is to be recorded of the run that goes on under conditions `now`. training.num_train_epochs and max_steps may
/// be raised. Throws Error (usage) naming each other difference, unless they are accepted.
runs::ResumedEvent compare_conditions(const ResumePoint& point, const nlohmann::json& now, bool accept_differences);

}  // namespace folio::worker
