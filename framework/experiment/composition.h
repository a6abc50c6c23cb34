#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/node.h"
#include "experiment/problems.h"

namespace folio::experiment {

/// The tree of an experiment file laid over those that it extends (all but their `name` and `description`), with the
/// overrides applied in order; an override `model=NAME` takes its keys from model/NAME.yaml in the experiment's folder,
/// where there is such a file. The root is a mapping without `extends`; its place is the file as a whole. Sources are
/// added to `sources`, the file's own first. What is wrong goes to `problems`; what leaves no tree to go on with is
/// thrown with them: a file that is missing, larger than 1 MiB or not YAML, and files that extend each other in a
/// circle.
Node compose(const std::filesystem::path& file, const std::vector<std::string>& overrides, Sources& sources,
             Problems& problems);

/// The tree of overrides alone, without a file. Its root's place is a source called "command-line".
Node compose_overrides(const std::vector<std::string>& overrides, Sources& sources, Problems& problems);

}  // namespace folio::experiment
