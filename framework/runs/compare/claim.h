#pragma once

#include <string>

namespace folio::runs {

/// One thing that a run's figures say, in plain words.
struct Claim {
  std::string question;  ///< "Was the loss still falling?"
  std::string answer;
};

}  // namespace folio::runs
