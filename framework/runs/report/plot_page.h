#pragma once

#include <string>

#include "runs/plot/plot.h"
#include "runs/report/html_page.h"

namespace folio::runs {

/// The picture, its notes, and a table of where each curve ends and of its lowest and highest value.
void add_plot(HtmlPage& page, const Plot& plot);

/// A page with nothing else, which says what made it and when.
std::string html_of(const Plot& plot);

/// "2026-11-29 13:04 UTC": now.
std::string time_of_report();

}  // namespace folio::runs
