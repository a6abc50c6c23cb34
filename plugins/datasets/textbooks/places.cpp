#include "textbooks/places.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "folio/error.h"
#include "input/find_files.h"

namespace folio::textbooks {
namespace {

namespace fs = std::filesystem;

/// The variable's value; an empty one counts as none.
std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// Where books were kept before FOLIO_CACHE decided, and are kept where that says nothing.
fs::path usual_cache() {
  if (const auto cache = environment("XDG_CACHE_HOME")) return fs::path(*cache) / "folio/books";
  if (const auto home = environment("HOME")) return fs::path(*home) / ".cache/folio/books";
  return {};
}

void add_once(std::vector<fs::path>& folders, const fs::path& folder) {
  fs::path plain = folder.lexically_normal();
  if (!plain.has_filename()) plain = plain.parent_path();  // "data/" and "data" are one
  if (std::find(folders.begin(), folders.end(), plain) == folders.end()) folders.push_back(plain);
}

/// `data_dir` as a folder that is there: relative to the experiment's folder, else to the working directory.
fs::path data_folder(const std::string& given, const std::vector<fs::path>& bases) {
  const std::string data_dir = input::with_home(given);
  for (const fs::path& base : bases) {
    std::error_code error;
    if (fs::is_directory(base / data_dir, error)) return base / data_dir;
  }
  throw Error(ErrorKind::experiment, "dataset.data_dir: there is no folder '" + data_dir + "' (looked at " +
                                         (bases.front() / data_dir).string() + ")");
}

}  // namespace

Places places_from_environment(const std::optional<std::string>& data_dir) {
  const fs::path working = fs::current_path();
  const std::vector<fs::path> bases = input::experiment_folders();
  const fs::path home = working / environment("FOLIO_HOME").value_or("");

  Places places;
  if (data_dir) {
    const fs::path folder = data_folder(*data_dir, bases);
    add_once(places.bases, folder);
    add_once(places.folders, folder);
  }
  for (const fs::path& base : bases) add_once(places.bases, base);
  std::istringstream listed(environment("FOLIO_DATA").value_or(""));
  for (std::string folder; std::getline(listed, folder, ':');)
    if (!folder.empty()) add_once(places.folders, working / folder);
  add_once(places.folders, bases.front() / "data");
  add_once(places.folders, home / "data");
  add_once(places.folders, home / "../shared/data");
  places.cache = usual_cache();
  if (const auto given = environment("FOLIO_CACHE"); given && *given != "off") {
    if (!places.cache.empty()) add_once(places.folders, places.cache);
    places.cache = (working / *given / "books").lexically_normal();
  }
  places.mirror = environment("FOLIO_BOOKS_URL").value_or("https://www.gutenberg.org");
  if (!places.mirror.starts_with("http://") && !places.mirror.starts_with("https://"))  // it may have a password
    throw Error(ErrorKind::usage, "FOLIO_BOOKS_URL is no address of a server: expected https://HOST or http://HOST");
  while (places.mirror.ends_with('/')) places.mirror.pop_back();
  return places;
}

}  // namespace folio::textbooks
