#pragma once

#include "runs/compare/comparison.h"
#include "runs/record/run.h"
#include "runs/report/curves.h"
#include "terminal/page.h"

/// A comparison as text for a person.
namespace folio::runs {

/// A line that says which run `letter` stands for.
void add_title(Page& page, const char* letter, const Run& run);

/// The comparison in its four parts and its two sentences; with `all` every setting, metric and fact.
void add_comparison(Page& page, const Run& a, const Run& b, const Comparison& comparison, const Curves& curves,
                    bool all);

}  // namespace folio::runs
