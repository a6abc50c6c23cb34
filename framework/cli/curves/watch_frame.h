#pragma once

#include <span>
#include <string>

#include "cli/curves/followed_run.h"
#include "runs/plot/plot.h"
#include "terminal/palette.h"

namespace folio::cli {

/// What `runner watch` shows of some runs: their curves, a row for each of them, the texts that they wrote, and a line
/// that says what to do. At most `rows` lines of `columns` columns; where room is short the texts give way first, then
/// the chart, then runs.
std::string watch_frame(const runs::Plot& plot, std::span<const RunProgress> runs, const std::string& last_line,
                        int columns, int rows, const Palette& palette);

/// The same of one run in a line: "3fa9b2c1  smoke  running  step 120/216  loss 5.2218  402 tok/s  1 min 30 s left".
std::string watch_line(const RunProgress& run, const std::string& metric);

/// What it wrote last, in one line without controls; empty where that is nothing.
std::string sample_line(const RunProgress& run);

}  // namespace folio::cli
