#pragma once

#include <optional>
#include <string>

#include "experiment/node.h"
#include "experiment/problems.h"
#include "folio/options.h"

namespace folio::experiment {

/// The node's value as the option declares it; what is wrong is entered under `key` and gives none. Nothing is guessed:
///
///   integer  -?(0|[1-9][0-9]*), within 64 bits
///   number   an integer, or with a fraction, an exponent or both: 0.5, 1e-4; finite
///   boolean  true, false
///   text     any scalar, as written; `5` and `yes` are the texts "5" and "yes"
///   list     a list of scalars
///
/// Quoted text is only ever text. A null is no value, which only an option that may be absent takes.
std::optional<OptionValue> read_value(const Option& option, const Node& node, const std::string& key,
                                      Problems& problems);

}  // namespace folio::experiment
