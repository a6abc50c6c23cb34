#pragma once

#include <span>
#include <string>

#include "runs/record/run.h"

namespace folio::runs {

/// The run that a person means by `text`. Tried in this order:
///   latest              the newest run, whatever its state
///   an id               "3fa9c2d1", "baseline/gpt"
///   a name              the newest run of that name
///   an id's beginning   when one run alone has it
///   an experiment file  a path ending in .yaml or .yml: the newest finished run of it
/// `runs` is as Store::list() gives it, newest first. Throws Error (usage): unknown, with the nearest name; ambiguous,
/// with the runs that it may mean.
const RunSummary& select_run(std::span<const RunSummary> runs, const std::string& text);

}  // namespace folio::runs
