#pragma once

#include <string>

#include "runs/compare/comparison.h"
#include "runs/report/curves.h"
#include "runs/store/store.h"

namespace folio::runs {

/// Two runs, and all that can be said of them together.
struct ComparedRuns {
  Run a, b;
  Comparison comparison;
  Curves curves;
};

/// By their ids. What chance makes of their metrics is taken from the runs that are their kin (Kin), which are looked
/// for among `runs`, as Store::list() gives them. Throws Error (store) where the store lacks one of the two.
ComparedRuns compare_runs(Store& store, const std::vector<RunSummary>& runs, const std::string& a,
                          const std::string& b);

}  // namespace folio::runs
