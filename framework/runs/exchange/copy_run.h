#pragma once

#include <filesystem>

#include "runs/exchange/import.h"

namespace folio::runs {

class KnownImports;

/// Copies a run folder, under its own id where that is free and can be the name of a folder here. It appears whole or
/// not at all. A run of that id with the same contents, whatever labels it was given since, is left as it is; throws
/// Error (usage) where it has others.
ImportReport copy_run(const std::filesystem::path& results, const std::filesystem::path& source, KnownImports& known);

}  // namespace folio::runs
