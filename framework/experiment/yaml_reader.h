#pragma once

#include <optional>

#include "experiment/node.h"
#include "experiment/problems.h"

namespace folio::experiment {

/// Reads the source's text as one YAML document. An empty text is a blank. Duplicate keys are entered into `problems`
/// and reading goes on (the first one counts); anything else that is wrong is entered and gives no node: bytes that are
/// not text, broken syntax, a second document, tags, merge keys, more than 64 levels, an alias within itself, more than
/// 100,000 values once aliases are written out.
std::optional<Node> read_yaml(const Source& source, Problems& problems);

}  // namespace folio::experiment
