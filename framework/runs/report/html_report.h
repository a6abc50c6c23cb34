#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compare/comparison.h"
#include "runs/compare/explanation.h"
#include "runs/compare/run_table.h"
#include "runs/plot/plot.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What a report is made of.
struct Report {
  std::vector<Run> runs;
  std::vector<Comparison> comparisons;  ///< each run after the first with the first
  RunTable table;                       ///< of all of them
  std::optional<RunTable> groups;       ///< over seeds, where some runs differ in nothing else
  std::vector<Claim> claims;            ///< of a single run, what its figures mean
  std::vector<Plot> plots;
  std::string command;               ///< what made it
  std::string results;               ///< the results folder
  std::size_t most_bytes = 300'000;  ///< of the page
};

/// The report as one page of HTML: what was compared and whether it may be, in the words of `diff`; metrics, curves,
/// settings, samples of text, environment; when it was made, and from which runs. What would make it larger than
/// `most_bytes` is left out, and the page says so: first points of curves, then samples, then rows and columns.
std::string html_of(const Report& report);

}  // namespace folio::runs
