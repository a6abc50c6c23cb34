#pragma once

#include <string>

#include "experiment/node.h"
#include "experiment/problems.h"

namespace folio::experiment {

/// Applies one override of the command line to the tree:
///
///   a.b=value    sets the key, as a file that extends the experiment would. A value that begins with a bracket or a
///   quote
///                is YAML, any other the text itself. `+a.b=value` and `++a.b=value`, as Hydra writes them, are the
///                same
///   model=bert   replaces the section by that plugin with its defaults; so for `dataset` and `tokenizer`
///   ~a.b         removes a key, so that its default holds
///
/// Its text becomes a source. What is wrong with it goes to `problems`, and the tree stays as it was.
void apply_override(Node& root, const std::string& text, Sources& sources, Problems& problems);

}  // namespace folio::experiment
