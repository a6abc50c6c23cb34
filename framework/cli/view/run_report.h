#pragma once

#include <string>

#include "runs/record/run.h"

namespace folio::cli {

/// What is printed when a run has ended: the block of figures that Hugging Face's Trainer prints, what the loss means,
/// a sample of text, where everything lies, and what to type next.
std::string run_report(const runs::Run& run, bool colour);

}  // namespace folio::cli
