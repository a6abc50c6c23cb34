#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runs/compare/comparison.h"
#include "terminal/terminal.h"

/// The words for what two runs have in common: the same in `diff`, report and page.
namespace folio::runs {

/// "Yes.", "Partly.", "Their losses cannot."
std::string verdict_text(Verdict verdict, Paint paint);

/// "yes", "perhaps", "no".
std::string standing_text(Standing standing, Paint paint);

/// Of each kind of metric whether it can be compared: "loss per token", "mean over the whole run" ...
std::vector<std::pair<std::string, Standing>> standings_of(const Comparison& comparison);

/// The names of the facts that differ, and of those that are not known, as far as either has an effect: "data, seed;
/// not known: tokenizer". Empty where all are the same.
std::string differences_text(const Comparison& comparison);

}  // namespace folio::runs
