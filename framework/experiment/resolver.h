#pragma once

#include "experiment/experiment.h"
#include "experiment/node.h"
#include "experiment/problems.h"

namespace folio::experiment {

/// Whether an experiment may be without a data set, as one that is not to be run.
enum class DatasetSection { required, optional };

/// Checks a composed tree against the declarations and gives the experiment with `name`, `description`, `resolved` and
/// `origins` set. What is wrong goes to `problems`; the experiment is then incomplete.
Experiment resolve(const Node& root, const Declarations& declarations, Problems& problems,
                   DatasetSection dataset = DatasetSection::required);

}  // namespace folio::experiment
