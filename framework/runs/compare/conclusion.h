#pragma once

#include <string>

#include "runs/compare/comparison.h"

namespace folio::runs {

/// What a comparison shows and what it does not, a sentence each, for a reader who may not know what a loss is.
struct Conclusion {
  std::string shows;
  std::string does_not_show;
};

Conclusion conclusion_of(const Comparison& comparison);

}  // namespace folio::runs
