#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "folio/description.h"
#include "plugin_host/library_description.h"
#include "plugin_host/plugin_lock.h"

namespace folio::plugin_host {

/// Something about a plugin's library that its user should know.
struct PluginProblem {
  std::filesystem::path library;
  std::string message;     ///< complete: names the library
  bool fatal = true;       ///< the plugin cannot be used; else it can, and this is a remark
  bool untrusted = false;  ///< it might be used if it were trusted, so its id is taken
  /// The plugin that the library's build stamp says it is; none where it has no stamp.
  std::optional<PluginKind> kind;
  std::string id;

  /// Whether this is what became of that plugin. A library whose stamp cannot be read, since it is damaged or for
  /// another machine, may be any kind's plugin that its file's name ends with: "folio_model_gpt.so", "libgpt.so".
  bool is_about(PluginKind wanted_kind, std::string_view wanted_id) const;
};

/// A plugin as an experiment names it.
struct NamedPlugin {
  PluginKind kind = PluginKind::dataset;
  std::string id;

  bool operator==(const NamedPlugin&) const = default;
};

/// Which libraries' code may run. That of a library runs when it is described and when it is loaded, and it has all
/// the rights of the user. Nobody else may be able to have put it there (problem_with_place()), unless the user's lock
/// has its hash. Of the folder beside an experiment, which may be a stranger's, only what the experiment names is
/// described at all, unless the lock has it.
struct TrustSettings {
  std::filesystem::path beside;      ///< the folder beside the experiment; empty: there is none
  std::vector<NamedPlugin> named{};  ///< what the experiment names
  std::filesystem::path lock_file;   ///< a PluginLock's; empty: there is none
};

/// The plugins that there are, known without loading any of them. A broken library is a problem of its own and hides
/// none of the others. Two libraries with one kind and id, in whatever folders, are a problem that names both files,
/// and neither of them can be used: which one is meant would depend on the search path.
class Catalogue {
 public:
  struct Settings {
    std::vector<std::filesystem::path> folders;  ///< searched first to last; one that is not there is passed over
    DescribeSettings describe;
    TrustSettings trust{};
  };

  /// Looks at every `*.so` in the folders. May start child processes, one after the other. Throws Error (plugin) where
  /// the lock cannot be read.
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
  /// A library that was not looked into yet.
  struct Found {
    std::filesystem::path library, folder;
  };

  void add_folder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& seen,
                  std::vector<Found>& found);
  /// Whether it was dealt with: one that nothing names may be named by another's usual tokenizer.
  bool add_library(const Found& found, bool last_chance);
  bool is_named(const Found& found, PluginKind kind, const std::string& id) const;
  void require_trusted(const Found& found, const std::string& hash) const;
  void set_duplicates_aside();
  std::string not_found(PluginKind kind, std::string_view id) const;

  Settings settings_;
  PluginLock lock_;
  std::vector<PluginDescription> plugins_;
  std::vector<PluginProblem> problems_;
};

/// As the programs use it: plugin_search_path() and description_cache_folder(), folio-describe beside the running
/// program, plugin_lock_file(). `experiment` is empty where there is none; `named` is what it names.
Catalogue::Settings usual_settings(const std::vector<std::filesystem::path>& plugin_path,
                                   const std::filesystem::path& experiment = {}, std::vector<NamedPlugin> named = {});

}  // namespace folio::plugin_host
