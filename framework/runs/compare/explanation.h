#pragma once

#include <string>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// One thing that a run's figures say, in plain words.
struct Claim {
  std::string question;  ///< "Was the loss still falling?"
  std::string answer;
};

/// Where a run's loss stands between knowing nothing and knowing how often each token occurs: a few lines for the end
/// of a run. Empty where there is no loss, and nothing to hold it against.
std::string loss_in_short(const Run& run);

/// What a run's figures say to a reader who does not know them: what its loss means, whether it was still falling,
/// whether the model overfits, what the data were to the model, how much of the machine was used, what it may be
/// compared with. Each answer follows from the run's own figures; where these do not tell, it says so, and which
/// setting would let the next run tell. `loss` and `eval_loss` are the run's points.
std::vector<Claim> explain(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss);

}  // namespace folio::runs
