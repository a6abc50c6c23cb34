#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "folio/description.h"
#include "plugin_host/library_description.h"

namespace folio::plugin_host {

/// Something about a plugin's library that its user should know.
struct PluginProblem {
  std::filesystem::path library;
  std::string message;  ///< complete: names the library
  bool fatal = true;    ///< the plugin cannot be used; else it can, and this is a remark
  /// The plugin that the library's build stamp says it is; none where it has no stamp.
  std::optional<PluginKind> kind;
  std::string id;
};

/// The plugins that there are, known without loading any of them. A broken library is a problem of its own and hides
/// none of the others. Two libraries with one kind and id, in whatever folders, are a problem that names both files,
/// and neither of them can be used: which one is meant would depend on the search path.
class Catalogue {
 public:
  struct Settings {
    std::vector<std::filesystem::path> folders;  ///< searched first to last; one that is not there is passed over
    DescribeSettings describe;
  };

  /// Looks at every `*.so` in the folders. May start child processes, one after the other.
  explicit Catalogue(Settings settings);

  /// Sorted by kind and id.
  const std::vector<PluginDescription>& plugins() const { return plugins_; }
  const std::vector<PluginProblem>& problems() const { return problems_; }
  const std::vector<std::filesystem::path>& folders() const { return settings_.folders; }

  /// None where there is no such plugin or it cannot be used.
  const PluginDescription* find(PluginKind kind, std::string_view id) const;

  /// Throws Error (plugin): the problem of the library that is this plugin, or else the folders searched and the
  /// nearest id.
  const PluginDescription& require(PluginKind kind, std::string_view id) const;

 private:
  void add_folder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& seen);
  void add_library(const std::filesystem::path& library);
  void set_duplicates_aside();
  std::string not_found(PluginKind kind, std::string_view id) const;

  Settings settings_;
  std::vector<PluginDescription> plugins_;
  std::vector<PluginProblem> problems_;
};

/// As the programs use it: plugin_search_path() and description_cache_folder(), folio-describe beside the running
/// program. `experiment` is empty where there is none.
Catalogue::Settings usual_settings(const std::vector<std::filesystem::path>& plugin_path,
                                   const std::filesystem::path& experiment = {});

}  // namespace folio::plugin_host
