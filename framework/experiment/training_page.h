#pragma once

#include <string>

#include "folio/description.h"

namespace folio::experiment {

/// docs/training.md: what the framework takes in an experiment, from the declarations, and what became of each of
/// Hugging Face's TrainingArguments.
std::string training_page(const FrameworkOptions& options);

}  // namespace folio::experiment
