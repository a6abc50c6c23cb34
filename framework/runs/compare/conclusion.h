#pragma once

#include "runs/compare/comparison.h"

namespace folio::runs {

/// What a comparison shows and what it does not, in two sentences for a reader who may not know what a loss is. All
/// else in the comparison must be there.
Conclusion conclude(const Comparison& comparison);

}  // namespace folio::runs
