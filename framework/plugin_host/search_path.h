#pragma once

#include <filesystem>
#include <vector>

namespace folio::plugin_host {

/// The folders in which plugins are looked for, first to last: those given (--plugin-path), those that
/// FOLIO_PLUGIN_PATH lists with colons between, `plugins` beside the experiment file, the user's
/// ($XDG_DATA_HOME/folio/plugins, else ~/.local/share/folio/plugins), the build's own. Absolute; a folder need not be
/// there, except those given: Error (usage) names one that is not, and a relative one in FOLIO_PLUGIN_PATH, which would
/// be another folder wherever one goes. `experiment` is empty where there is none.
std::vector<std::filesystem::path> plugin_search_path(const std::vector<std::filesystem::path>& given,
                                                      const std::filesystem::path& experiment);

/// Where descriptions of libraries are kept ($XDG_CACHE_HOME/folio/plugins, else ~/.cache/folio/plugins); empty for a
/// user without a home.
std::filesystem::path description_cache_folder();

/// `plugins` beside the experiment file; empty without one.
std::filesystem::path folder_beside(const std::filesystem::path& experiment);

/// The list of libraries that the user trusts as they are ($XDG_DATA_HOME/folio/plugins.lock, else
/// ~/.local/share/folio/plugins.lock); empty for a user without a home.
std::filesystem::path plugin_lock_file();

/// The folder of the running program: folio-describe lies there too.
std::filesystem::path program_folder();

}  // namespace folio::plugin_host
