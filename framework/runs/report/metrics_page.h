#pragma once

#include <string>
#include <string_view>

namespace folio::runs {

/// docs/metrics.md: the definition of every metric and the meaning of every fact, from their declarations.
std::string metrics_page();

/// What the letters in the definitions stand for, in Markdown.
std::string_view metric_letters();

}  // namespace folio::runs
