#pragma once

#include <string>

#include "folio/options.h"

namespace folio::experiment {

/// What an option is when nobody sets it: "768", "(4 * hidden_size)", "required".
std::string default_text(const Option& option);

/// "at least 1", "0 to 1", "linear, cosine"; empty where all of the type is taken.
std::string range_text(const Option& option);

}  // namespace folio::experiment
