#include "plugin_host/catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <tuple>

#include "plugin_host/place_trust.h"
#include "plugin_host/search_path.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "support/sha256.h"
#include "support/utf8.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;

bool same_plugin(const PluginDescription& a, const PluginDescription& b) { return a.kind == b.kind && a.id == b.id; }

}  // namespace

bool PluginProblem::is_about(PluginKind wanted_kind, std::string_view wanted_id) const {
  if (!fatal) return false;
  if (kind) return kind == wanted_kind && id == wanted_id;
  const std::string file = library.filename().string();
  std::string_view name = file;
  name = name.substr(0, name.find(".so"));
  if (!name.ends_with(wanted_id)) return false;
  const std::string_view before = name.substr(0, name.size() - wanted_id.size());
  return before.empty() || before == "lib" || before.back() == '_' || before.back() == '-';
}

// A library is trusted step by step, the cheap and harmless first: its build stamp is read from the file as bytes, and
// one that does not fit goes no further, since code of another ABI could do anything when it is loaded. Then come its
// place and its hash: whoever could write the file could run anything as this user. What it declares is then read from
// the JSON beside it or from the cache, and only that of a stranger is asked for, in a child process that may crash or
// hang (describe_library). Whatever goes wrong is kept as that library's problem, and shows when the plugin is asked
// for. Duplicates are looked for at the end: they may lie in two folders, and then neither counts.

Catalogue::Catalogue(Settings settings) : settings_(std::move(settings)), lock_(settings_.trust.lock_file) {
  std::vector<fs::path> seen;
  std::vector<Found> found;
  for (const fs::path& folder : settings_.folders) add_folder(folder, seen, found);
  std::erase_if(found, [&](const Found& library) { return add_library(library, /*last_chance=*/false); });
  for (const Found& library : found) add_library(library, /*last_chance=*/true);
  std::stable_sort(plugins_.begin(), plugins_.end(), [](const PluginDescription& a, const PluginDescription& b) {
    return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
  });
  set_duplicates_aside();
}

/// `seen` are the files looked at so far, without symbolic links: a folder or a library that is reached by two ways is
/// no duplicate.
void Catalogue::add_folder(const fs::path& folder, std::vector<fs::path>& seen, std::vector<Found>& found) {
  std::error_code error;
  std::vector<fs::path> libraries;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".so") libraries.push_back(entry->path());
  if (error && error != std::errc::no_such_file_or_directory) {
    const std::string message = fmt::format("{}: cannot be searched for plugins: {}", folder.string(), error.message());
    problems_.push_back({.library = folder, .message = message, .fatal = false, .kind = {}, .id = {}});
  }
  std::sort(libraries.begin(), libraries.end());
  for (const fs::path& library : libraries) {
    if (has_control_characters(library.filename().string())) {
      const std::string message = fmt::format(
          "{}: is not looked at: its name has a control character or a line end in "
          "it; rename it",
          without_controls(library.string()));
      problems_.push_back({.library = folder, .message = message, .fatal = false, .kind = {}, .id = {}});
      continue;
    }
    const fs::path file = fs::weakly_canonical(library, error);
    if (std::find(seen.begin(), seen.end(), file) != seen.end()) continue;
    seen.push_back(file);
    found.push_back({library, folder});
  }
}

bool Catalogue::add_library(const Found& found, bool last_chance) {
  const fs::path& library = found.library;
  PluginProblem problem{.library = library, .message = {}, .fatal = true, .kind = {}, .id = {}};
  try {
    const BuildStamp stamp = read_build_stamp(library);
    if (stamp.kind == to_string(plugin_kind(stamp.kind))) problem.kind = plugin_kind(stamp.kind);
    problem.id = stamp.id;
    require_fitting(library, stamp);
    problem.untrusted = true;
    if (!is_named(found, *problem.kind, problem.id)) {
      if (!last_chance) return false;
      throw Error(ErrorKind::plugin,
                  fmt::format("{}: is not looked into: it lies beside the experiment, which does not name the {} '{}'; "
                              "to trust it as it is: runner plugins trust '{}'",
                              library.string(), stamp.kind, stamp.id, library.string()));
    }
    const std::string hash = sha256_file(library);
    require_trusted(found, hash);
    problem.untrusted = false;
    LibraryDescription described = describe_library(library, stamp, hash, settings_.describe);
    plugins_.push_back(std::move(described.description));
    if (described.cache_problem.empty()) return true;
    problem.fatal = false;
    problem.message = fmt::format("{}: is described again each time, since the answer cannot be saved: {}",
                                  library.string(), described.cache_problem);
  } catch (const Error& error) {
    problem.message = error.what();
  }
  problems_.push_back(std::move(problem));
  return true;
}

/// Whether it may be looked into as far as the experiment is concerned.
bool Catalogue::is_named(const Found& found, PluginKind kind, const std::string& id) const {
  const TrustSettings& trust = settings_.trust;
  if (found.folder != trust.beside || lock_.hash_of(found.library)) return true;
  if (std::find(trust.named.begin(), trust.named.end(), NamedPlugin{kind, id}) != trust.named.end()) return true;
  const auto is_usual = [&](const PluginDescription& plugin) {
    const NamedPlugin user{plugin.kind, plugin.id};
    return plugin.usual_tokenizer == id && std::find(trust.named.begin(), trust.named.end(), user) != trust.named.end();
  };
  return kind == PluginKind::tokenizer && std::any_of(plugins_.begin(), plugins_.end(), is_usual);
}

/// Throws Error (plugin) where somebody else could have put the library there, or it is not what the user locked.
void Catalogue::require_trusted(const Found& found, const std::string& hash) const {
  const std::string file = found.library.string();
  if (const auto locked = lock_.hash_of(found.library)) {
    if (*locked == hash) return;
    throw Error(ErrorKind::plugin, fmt::format("{0}: is not loaded: it has changed since it was trusted: expected "
                                               "SHA-256 {1}, found {2}; if the change is yours: runner plugins trust "
                                               "'{0}'",
                                               file, *locked, hash));
  }
  auto problem = problem_with_place(found.library, found.folder);
  std::error_code error;
  if (!problem && found.folder == settings_.trust.beside) {
    const fs::path real = fs::canonical(found.folder, error);
    if (!error && real != fs::canonical(found.folder.parent_path(), error) / found.folder.filename()) {
      problem = fmt::format("{} is a symbolic link to {}: put a folder there, or name that one with --plugin-path",
                            found.folder.string(), real.string());
    }
  }
  if (problem) {
    throw Error(ErrorKind::plugin,
                fmt::format("{0}: is not loaded: {1}; to trust the file as it is all the same: runner "
                            "plugins trust '{0}'",
                            file, *problem));
  }
}

void Catalogue::set_duplicates_aside() {
  std::vector<PluginDescription> single;
  for (auto first = plugins_.begin(); first != plugins_.end();) {
    const auto last =
        std::find_if(first, plugins_.end(), [&](const auto& other) { return !same_plugin(*first, other); });
    if (last - first == 1) {
      single.push_back(std::move(*first));
    } else {
      std::vector<std::string> files;
      std::for_each(first, last, [&](const PluginDescription& plugin) { files.push_back(plugin.library); });
      const std::string message =
          fmt::format("{} {} plugins have the id '{}': {}; keep only one of these files in the folders searched",
                      files.size(), to_string(first->kind), first->id, fmt::join(files, " and "));
      problems_.push_back(
          {.library = first->library, .message = message, .fatal = true, .kind = first->kind, .id = first->id});
    }
    first = last;
  }
  plugins_ = std::move(single);
  for (PluginProblem& problem : problems_) {
    if (!problem.untrusted) continue;
    const auto taken = std::find_if(plugins_.begin(), plugins_.end(), [&](const PluginDescription& plugin) {
      return plugin.kind == problem.kind && plugin.id == problem.id;
    });
    if (taken == plugins_.end()) continue;
    // Which one is meant is not for the search path to decide.
    problem.message += fmt::format("; {} has the same id", taken->library);
    plugins_.erase(taken);
  }
}

const PluginDescription* Catalogue::find(PluginKind kind, std::string_view id) const {
  const auto found = std::find_if(plugins_.begin(), plugins_.end(), [&](const PluginDescription& plugin) {
    return plugin.kind == kind && plugin.id == id;
  });
  return found == plugins_.end() ? nullptr : &*found;
}

const PluginDescription& Catalogue::require(PluginKind kind, std::string_view id) const {
  if (const PluginDescription* found = find(kind, id)) return *found;
  for (const PluginProblem& problem : problems_)
    if (problem.is_about(kind, id)) throw Error(ErrorKind::plugin, problem.message);
  throw Error(ErrorKind::plugin, not_found(kind, id));
}

std::string Catalogue::not_found(PluginKind kind, std::string_view id) const {
  std::vector<std::string> ids, searched;
  std::string other_kind;
  for (const PluginDescription& plugin : plugins_) {
    if (plugin.kind == kind) ids.push_back(plugin.id);
    if (plugin.id == id) other_kind = fmt::format(" ('{}' is a {})", id, to_string(plugin.kind));
  }
  std::error_code error;
  for (const fs::path& folder : settings_.folders)
    searched.push_back(folder.string() + (fs::is_directory(folder, error) ? "" : " (no such folder)"));
  // A library without a build stamp may be the one that is meant.
  const auto unknown = std::count_if(problems_.begin(), problems_.end(),
                                     [](const PluginProblem& problem) { return problem.fatal && !problem.kind; });
  return fmt::format("there is no {} plugin '{}'{}{}; searched {}{}", to_string(kind), id, other_kind,
                     did_you_mean(id, ids), fmt::join(searched, ", "),
                     unknown > 0 ? "; some libraries there cannot be used; `runner plugins` lists them" : "");
}

Catalogue::Settings usual_settings(const std::vector<fs::path>& plugin_path, const fs::path& experiment,
                                   std::vector<NamedPlugin> named) {
  return {.folders = plugin_search_path(plugin_path, experiment),
          .describe = {.program = program_folder() / "folio-describe", .cache_folder = description_cache_folder()},
          .trust = {.beside = folder_beside(experiment), .named = std::move(named), .lock_file = plugin_lock_file()}};
}

}  // namespace folio::plugin_host
