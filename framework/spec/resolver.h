#pragma once

#include "spec/experiment.h"
#include "spec/node.h"
#include "spec/problems.h"

namespace folio::spec {

/// Checks a composed tree against the declarations and gives the experiment with `name`, `description`, `resolved` and
/// `origins` set. What is wrong goes to `problems`; the experiment is then incomplete.
Experiment resolve(const Node& root, const Declarations& declarations, Problems& problems);

}  // namespace folio::spec
