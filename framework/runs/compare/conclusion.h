#pragma once

#include <string>
#include <vector>

#include "runs/compare/comparison.h"

namespace folio::runs {

/// Something to type next.
struct NextStep {
  std::string command;
  std::string purpose;
};

/// What a comparison comes to, in sentences that follow from its facts.
struct Conclusion {
  std::string shows;
  std::vector<std::string> reads;  ///< how the losses are to be read, where they cannot be ranked or are high
  std::string does_not_show;
  std::vector<NextStep> next;  ///< what would tell more
};

Conclusion conclusion_of(const Run& a, const Run& b, const Comparison& comparison);

}  // namespace folio::runs
