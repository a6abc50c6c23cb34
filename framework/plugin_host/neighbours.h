#pragma once

#include "plugin_host/elf_note.h"

namespace folio::plugin_host {

/// Loads the libraries that the plugin brings along, which its copy could not find; the loader then takes them as the
/// ones that the copy needs. They, and what they need in turn, must lie as safely as the plugin, wherever their run
/// paths find them.
///
/// Throws Error (plugin) where one cannot be loaded or is not safe, and where a library asks for others in a way that
/// is not followed here: from a folder that depends on where Folio is started, or by an entry such as DT_RPATH, which
/// also holds for what others need.
void load_neighbours(const LibraryFile& plugin);

}  // namespace folio::plugin_host
