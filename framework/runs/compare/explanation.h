#pragma once

#include <vector>

#include "runs/compare/claim.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What a run's figures say to a reader who does not know them: what its loss means, whether it was still falling,
/// whether the model overfits, what the data were to the model, how much of the machine was used, what it may be
/// compared with. Each answer follows from the run's own figures; where these do not tell, it says so, and which
/// setting would let the next run tell. `loss` and `eval_loss` are the run's points.
std::vector<Claim> explain(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss);

}  // namespace folio::runs
