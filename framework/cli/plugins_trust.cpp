// plugins trust: puts libraries of plugins on the user's list, by their hash.

#include "cli/plugins_trust.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <iostream>
#include <system_error>

#include "plugin_host/build_stamp.h"
#include "plugin_host/place_trust.h"
#include "plugin_host/plugin_lock.h"
#include "plugin_host/search_path.h"
#include "support/error.h"
#include "support/sha256.h"
#include "terminal/table.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;
using plugin_host::PluginLock;

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> libraries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".so") libraries.push_back(entry->path());
  if (error) throw Error(ErrorKind::usage, fmt::format("{}: {}", folder.string(), error.message()));
  if (libraries.empty()) throw Error(ErrorKind::usage, folder.string() + ": has no libraries of plugins (*.so)");
  std::sort(libraries.begin(), libraries.end());
  return libraries;
}

/// A library is itself, a folder all libraries in it, an experiment file those beside it.
std::vector<fs::path> libraries_at(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return libraries_in(path);
  if (path.extension() == ".yaml" || path.extension() == ".yml") return libraries_in(plugin_host::folder_beside(path));
  if (!fs::exists(path, error)) throw Error(ErrorKind::usage, path.string() + ": there is no such file or folder");
  return {path};
}

std::vector<fs::path> libraries_meant(const std::vector<std::string>& paths, const GlobalOptions& global) {
  std::vector<fs::path> places(paths.begin(), paths.end());
  if (places.empty()) places = global.plugin_path;
  if (places.empty()) places = {"plugins"};
  std::vector<fs::path> libraries;
  for (const fs::path& place : places)
    for (const fs::path& library : libraries_at(place)) libraries.push_back(fs::absolute(library).lexically_normal());
  return libraries;
}

void forget(const fs::path& list, const std::vector<fs::path>& libraries) {
  PluginLock::change(list, [&](PluginLock& lock) {
    for (const fs::path& library : libraries)
      if (!lock.forget(library))
        throw Error(ErrorKind::usage, library.string() + ": is not on the list of trusted plugins");
  });
  for (const fs::path& library : libraries) fmt::print(std::cout, "{}: no longer on the list\n", library.string());
}

/// All or none: a library that is no plugin of this build is refused before anything is written.
void trust(const fs::path& list, const std::vector<fs::path>& libraries) {
  Table table({{"kind"}, {"id"}, {"SHA-256"}, {"file"}});
  std::vector<std::string> hashes;
  for (const fs::path& library : libraries) {
    const plugin_host::BuildStamp stamp = plugin_host::read_build_stamp(library);
    plugin_host::require_fitting(library, stamp);
    hashes.push_back(sha256_file(library));
    table.add_row({stamp.kind, stamp.id, hashes.back(), library.string()});
  }
  PluginLock::change(list, [&](PluginLock& lock) {
    for (std::size_t i = 0; i < libraries.size(); ++i) lock.trust(libraries[i], hashes[i]);
  });
  fmt::print(std::cout,
             "{}\nTrusted as they are now, in {}.\nA plugin has all your rights when it runs. One that changes must be "
             "trusted again.\n",
             table.to_text(), list.string());
}

void print_trusted(const PluginLock& lock) {
  if (lock.hashes().empty()) {
    fmt::print(std::cout, "No plugin is on the list.\n");
    return;
  }
  Table table({{"now"}, {"SHA-256"}, {"file"}});
  for (const auto& [library, hash] : lock.hashes()) {
    std::error_code error;
    std::string now = "gone";
    if (fs::is_regular_file(library, error)) {
      try {
        now = sha256_file(library) == hash ? "as it was" : "changed";
      } catch (const Error&) {
        now = "unreadable";
      }
    }
    table.add_row({now, hash, library});
  }
  fmt::print(std::cout, "{}\n{}\n", table.to_text(), lock.file().string());
}

}  // namespace

void trust_plugins(const TrustOptions& options, const GlobalOptions& global) {
  const fs::path list = plugin_host::plugin_lock_file();
  if (options.list) return print_trusted(PluginLock(list));
  // What is to be forgotten may be gone.
  const bool forgets_files = options.forget && !options.paths.empty();
  const std::vector<fs::path> libraries = forgets_files
                                              ? std::vector<fs::path>(options.paths.begin(), options.paths.end())
                                              : libraries_meant(options.paths, global);
  options.forget ? forget(list, libraries) : trust(list, libraries);
}

}  // namespace folio::cli
