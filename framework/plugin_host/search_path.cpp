#include "plugin_host/search_path.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include "support/error.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// A folder of the XDG base directory specification; a relative value counts as none, as it says.
fs::path user_folder(const char* variable, const char* below_home) {
  const fs::path given = environment(variable);
  if (given.is_absolute()) return given;
  const fs::path home = environment("HOME");
  return home.is_absolute() ? home / below_home : fs::path();
}

}  // namespace

std::vector<fs::path> plugin_search_path(const std::vector<fs::path>& given, const fs::path& experiment) {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& folder) { folders.push_back(fs::absolute(folder).lexically_normal()); };
  std::error_code error;
  for (const fs::path& folder : given) {
    if (!fs::is_directory(folder, error))
      throw Error(ErrorKind::usage, "--plugin-path: " + folder.string() + " is not a folder");
    add(folder);
  }
  const std::string listed = environment("FOLIO_PLUGIN_PATH");
  for (std::string_view rest = listed; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (folder.empty()) continue;
    if (folder.front() != '/')
      throw Error(ErrorKind::usage, "FOLIO_PLUGIN_PATH: '" + std::string(folder) + "' is relative, expected the " +
                                        "absolute path of a folder");
    add(folder);
  }
  if (!experiment.empty()) add(folder_beside(experiment));
  if (const fs::path data = user_folder("XDG_DATA_HOME", ".local/share"); !data.empty())
    add(data / "folio" / "plugins");
  add(program_folder().parent_path() / "plugins");
  return folders;
}

fs::path description_cache_folder() {
  const fs::path cache = user_folder("XDG_CACHE_HOME", ".cache");
  return cache.empty() ? fs::path() : cache / "folio" / "plugins";
}

fs::path folder_beside(const fs::path& experiment) {
  return experiment.empty() ? fs::path() : (fs::absolute(experiment).parent_path() / "plugins").lexically_normal();
}

fs::path plugin_lock_file() {
  const fs::path data = user_folder("XDG_DATA_HOME", ".local/share");
  return data.empty() ? fs::path() : data / "folio" / "plugins.lock";
}

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

}  // namespace folio::plugin_host
