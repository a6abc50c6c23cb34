#pragma once

#include <span>
#include <string>

#include "runs/record/run.h"

namespace folio::runs {

/// The run that a person means by `text`. Tried in this order:
///   latest              the newest run, whatever its state
///   an id               "3fa9c2d1", "baseline/gpt"
///   an experiment file  a path ending in .yaml or .yml: the newest finished run of it
///   a name              the newest run of that name
///   an id's beginning   when one run alone has it
/// `runs` is as Store::list() gives it, newest first. Throws Error (usage): unknown, with the nearest name; ambiguous,
/// with the runs that it may mean. Throws Error (store), with the reason, where an id, or the beginning of one, is that
/// of an `unread` folder alone.
const RunSummary& select_run(std::span<const RunSummary> runs, const std::string& text,
                             std::span<const UnreadRun> unread = {});

/// The folder that a person means where select_run() would throw Error (store); null where it would not.
const UnreadRun* select_unread(std::span<const RunSummary> runs, const std::string& text,
                               std::span<const UnreadRun> unread);

}  // namespace folio::runs
