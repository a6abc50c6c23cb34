#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// Something of one step that was recorded by a run and by its repetition, with all digits; "nothing" where one of them
/// has none.
struct RecordedPair {
  std::string what;  ///< "loss", "random state", "checkpoint-40/model.safetensors"
  std::string then, now;
};

/// What a run recorded of some of its steps, held bit for bit against the same steps done once more.
struct Repetition {
  std::int64_t after = 0;            ///< the steps behind this one, 0 for the first ones
  std::int64_t last = 0;             ///< to this one
  std::int64_t values = 0;           ///< that were logged
  std::vector<std::string> metrics;  ///< of which these are
  std::int64_t traced = 0;           ///< steps with a fingerprint (trace.h)
  std::vector<std::string> files;    ///< as they were after the last step

  std::int64_t parted_at = 0;            ///< the first step at which they are not equal, where `parts` has something
  std::vector<RecordedPair> parts;       ///< what is not equal at that step
  std::vector<RecordedPair> conditions;  ///< that are known and differ: the machine, versions, plugins, inputs

  bool equal() const { return parts.empty(); }
  bool compared_something() const { return values + traced > 0 || !files.empty(); }
};

/// `again` is a run that repeated these steps of `run`; `files` are those that both have of the last step, with their
/// hashes. Values of the machine, as times, are not compared. Throws Error (store) where a record cannot be read.
Repetition compare_repetition(const Run& run, const Run& again, std::int64_t after, std::int64_t last,
                              const std::vector<RecordedPair>& files);

/// The steps behind `after` of which the run has logged values that are to be equal in a repetition, in order. Throws
/// Error (store).
std::vector<std::int64_t> logged_steps(const Run& run, std::int64_t after);

}  // namespace folio::runs
