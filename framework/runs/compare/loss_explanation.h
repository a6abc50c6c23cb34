#pragma once

#include <string>
#include <vector>

#include "runs/compare/claim.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What a run's loss means: on which text it is, between which guesses it stands, what follows from that. `points` are
/// the logged training losses.
Claim loss_claim(const Run& run, const std::vector<Point>& points);

/// The same for the end of a run, in a few lines. Empty where there is no loss, and nothing to hold it against.
std::string loss_in_short(const Run& run);

}  // namespace folio::runs
