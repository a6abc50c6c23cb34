#pragma once

#include <vector>

#include "runs/compare/conclusion.h"

namespace folio::runs {

/// The commands that would tell what the comparison leaves open: the baselines' experiments run here, an evaluation,
/// other seeds, repeats, as many steps. At most four, the weightiest first.
std::vector<NextStep> next_steps(const Run& a, const Run& b, const Comparison& comparison);

/// The commands that would tell what one run leaves open, at most three.
std::vector<NextStep> next_steps(const Run& run);

/// The experiment that does here what a baseline did; empty where there is none.
std::string experiment_like(const Run& baseline);

}  // namespace folio::runs
