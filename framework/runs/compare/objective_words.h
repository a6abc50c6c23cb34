#pragma once

#include "runs/record/run.h"

namespace folio::runs {

/// What a run's objective is called in sentences on its loss.
struct ObjectiveWords {
  const char* task;     ///< what the model says: "the next token"
  const char* learned;  ///< what a model knows that does better than word frequencies
};

/// By the fact "objective"; general words where it is not known.
ObjectiveWords objective_words(const Run& run);

}  // namespace folio::runs
