#include "input/find_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "support/error.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::input {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGlobCharacters = "*?[";

bool is_glob(const std::string& entry) { return entry.find_first_of(kGlobCharacters) != std::string::npos; }

/// The path as a pattern that matches only itself.
std::string escaped(const fs::path& path) {
  std::string pattern;
  for (const char c : path.string()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// The entry as a pattern in which the folders at its front that are there stand for themselves: "texts [1]/*.txt".
std::string pattern_of(const fs::path& base, const fs::path& entry) {
  fs::path known = entry.is_absolute() ? entry.root_path() : base;
  std::string pattern = entry.is_absolute() ? "" : escaped(base);
  bool is_there = true;
  for (const fs::path& part : entry.relative_path()) {
    std::error_code error;
    known /= part;
    is_there = is_there && fs::exists(known, error);
    pattern += "/" + (is_there ? escaped(part) : part.string());
  }
  return pattern;
}

void sort_by_bytes(std::vector<fs::path>& files) {
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
}

/// The suffix of these that the file's name ends with, and is not all of; empty where there is none.
std::string suffix_of(const fs::path& file, const std::vector<std::string>& suffixes) {
  const std::string name = file.filename().string();
  for (const std::string& suffix : suffixes)
    if (name.size() > suffix.size() && name.ends_with(suffix)) return suffix;
  return {};
}

}  // namespace

std::vector<fs::path> experiment_folders() {
  const fs::path working = fs::current_path();
  const char* const experiment = std::getenv("FOLIO_EXPERIMENT_DIR");
  if (experiment == nullptr || *experiment == '\0') return {working};
  return {working / experiment, working};
}

std::string with_home(const std::string& path) {
  const char* const home = std::getenv("HOME");
  const bool begins_with_home = path == "~" || path.starts_with("~/");
  return begins_with_home && home != nullptr && *home != '\0' ? home + path.substr(1) : path;
}

std::vector<fs::path> FileFinder::find(const std::string& given) {
  const std::string entry = with_home(given);
  if (entry.empty()) {
    add_problem(not_found(entry));
    return {};
  }
  for (const fs::path& base : search_.bases)
    if (auto files = at_path(entry, (base / entry).lexically_normal())) return *std::move(files);
  const std::size_t problems_before = problems_.size();
  if (is_glob(entry)) {
    for (const fs::path& base : search_.bases)
      if (Files files = matching(entry, pattern_of(base, entry)); !files.empty()) return files;
  }
  if (problems_.size() == problems_before) add_problem(not_found(entry));
  return {};
}

std::optional<FileFinder::Files> FileFinder::at_path(const std::string& entry, const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  switch (status.type()) {
    case fs::file_type::not_found:
      return std::nullopt;
    case fs::file_type::regular:
      return Files{path};
    case fs::file_type::directory:
      return in_folder(entry, path);
    case fs::file_type::none:
      add_problem(fmt::format("'{}' ({}) cannot be read: {}", entry, path.string(), error.message()));
      return Files{};
    default:
      add_problem(fmt::format("'{}' ({}) is neither a regular file nor a folder (it is a pipe or a device)", entry,
                              path.string()));
      return Files{};
  }
}

FileFinder::Files FileFinder::in_folder(const std::string& entry, const fs::path& folder) {
  Files files;
  const std::size_t problems_before = problems_.size();
  std::error_code error;
  for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const fs::path& path = at->path();
    const bool is_hidden = path.filename().native().starts_with('.');
    if (!is_hidden && !suffix_of(path, search_.suffixes).empty() && is_file(entry, path)) files.push_back(path);
  }
  if (error) {
    add_problem(fmt::format("the folder '{}' ({}) cannot be read: {}", entry, folder.string(), error.message()));
  } else if (files.empty() && problems_.size() == problems_before) {
    add_problem(fmt::format("the folder '{}' ({}) has no files named *{}", entry, folder.string(),
                            fmt::join(search_.suffixes, ", *")));
  }
  for (fs::path& file : files) file = file.lexically_normal();
  sort_by_bytes(files);
  return files;
}

FileFinder::Files FileFinder::matching(const std::string& entry, const std::string& pattern) {
  glob_t found{};
  Files files;
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  const int reason = errno;
  if (status == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (status != 0 && status != GLOB_NOMATCH) {
    add_problem(
        fmt::format("a folder on the path '{}' cannot be read: {}", entry, std::generic_category().message(reason)));
  }
  std::erase_if(files, [&](const fs::path& path) { return !is_file(entry, path); });
  for (fs::path& file : files) file = file.lexically_normal();
  sort_by_bytes(files);
  return files;
}

bool FileFinder::is_file(const std::string& entry, const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::not_found)
    add_problem(fmt::format("'{}' names {}, which is a broken link", entry, path.string()));
  else if (type == fs::file_type::none)
    add_problem(fmt::format("'{}' names {}, which cannot be read: {}", entry, path.string(), error.message()));
  else if (type != fs::file_type::regular && type != fs::file_type::directory)
    add_problem(fmt::format("'{}' names {}, which is neither a regular file nor a folder (it is a pipe or a device)",
                            entry, path.string()));
  return type == fs::file_type::regular;
}

bool FileFinder::claim(const std::string& entry, const fs::path& file) {
  std::error_code error;
  // Links and "x/../" lead two names to one file.
  const fs::path real = fs::weakly_canonical(file, error);
  if (has_control_characters(file.filename().string())) {
    add_problem(fmt::format("'{}' names {}, whose name has a control character or a line end in it; rename it", entry,
                            file.string()));
    return false;
  }
  const auto [earlier, is_new] = claimed_by_.emplace(error ? file : real, entry);
  if (!is_new) {
    add_problem(
        fmt::format("'{}' names {} a second time, after '{}'", entry, earlier->first.string(), earlier->second));
  }
  return is_new;
}

void FileFinder::add_problem(const std::string& problem) {
  problems_.push_back(search_.option + ": " + without_controls(problem));
}

void FileFinder::finish() const {
  if (!problems_.empty()) throw Error(ErrorKind::experiment, fmt::format("{}", fmt::join(problems_, "\n")));
}

std::string FileFinder::not_found(const std::string& entry) const {
  const fs::path& base = search_.bases.front();
  if (entry.empty())
    return fmt::format("an entry is empty, expected {}a file, folder or glob", search_.names.empty() ? "" : "a name, ");
  if (is_glob(entry)) return fmt::format("no file matches '{}' in {}", entry, base.string());
  std::vector<std::string> names = search_.names;
  for (const fs::path& folder : search_.bases) {
    std::error_code error;
    for (const auto& neighbour : fs::directory_iterator((folder / entry).parent_path(), error))
      names.push_back(neighbour.path().filename().string());
  }
  const std::string hint = did_you_mean(fs::path(entry).filename().string(), names);
  if (!search_.names.empty() && entry.find_first_of("/.") == std::string::npos) {
    return fmt::format("'{}' is not in {} ({}), nor a file or folder in {}{}", entry, search_.names_place,
                       fmt::join(search_.names, ", "), base.string(), hint);
  }
  return fmt::format("no file or folder '{}' (looked at {}){}", entry, (base / entry).lexically_normal().string(),
                     hint);
}

std::vector<NamedFile> find_files(const FileSearch& search, const std::vector<std::string>& entries) {
  FileFinder finder(search);
  if (entries.empty()) finder.add_problem("is empty, expected at least one file, folder or glob");
  std::vector<NamedFile> found;
  for (const std::string& entry : entries) {
    for (const fs::path& file : finder.find(entry))
      if (finder.claim(entry, file)) found.push_back({name_without(search.suffixes, file), file});
  }
  finder.finish();
  std::map<std::string, int> count;
  for (const NamedFile& file : found) ++count[file.name];
  for (NamedFile& file : found)
    if (count[file.name] > 1) file.name = file.file.string();
  return found;
}

std::string name_without(const std::vector<std::string>& suffixes, const fs::path& file) {
  const std::string name = file.filename().string();
  return name.substr(0, name.size() - suffix_of(file, suffixes).size());
}

}  // namespace folio::input
