#include "textbooks/sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <glob.h>

#include <algorithm>
#include <map>

#include "folio/error.h"
#include "support/nearest_name.h"

namespace folio::textbooks {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The path as a pattern that matches only itself.
std::string escaped(const fs::path& path) {
  std::string pattern;
  for (const char c : path.string()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// The files that match, sorted by bytes.
std::vector<fs::path> matching_files(const std::string& pattern) {
  glob_t found{};
  std::vector<fs::path> files;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::erase_if(files, [](const fs::path& path) { return !is_file(path); });
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return files;
}

std::string document_name(const fs::path& file) {
  return file.extension() == ".txt" ? file.stem().string() : file.filename().string();
}

fs::path find_file(const CatalogueBook& book, const Places& places) {
  for (const fs::path& folder : places.folders) {
    if (is_file(folder / file_name(book))) return folder / file_name(book);
  }
  const fs::path cached = places.cache / file_name(book);
  return !places.cache.empty() && is_file(cached) ? cached : fs::path();
}

/// What may have been meant by a path that is not there: catalogue ids and what lies beside it.
std::vector<std::string> names_beside(const std::string& entry, const Places& places) {
  std::vector<std::string> names = catalogue_ids();
  for (const fs::path& base : places.bases) {
    std::error_code error;
    for (const auto& neighbour : fs::directory_iterator((base / entry).parent_path(), error)) {
      names.push_back(neighbour.path().filename().string());
    }
  }
  return names;
}

/// Turns entries into sources and collects what is wrong with them.
class Finder {
 public:
  explicit Finder(const Places& places) : places_(places) {}

  void add(const std::string& entry) {
    if (const CatalogueBook* book = find_in_catalogue(entry)) {
      add_source(entry, {entry, book, find_file(*book, places_)});
    } else if (entry.empty() || !(add_path(entry) || add_glob(entry))) {
      problems_.push_back(not_found(entry));
    }
  }

  std::vector<Source> finish() {
    if (!problems_.empty()) throw Error(ErrorKind::experiment, fmt::format("{}", fmt::join(problems_, "\n")));
    std::map<std::string, int> count;
    for (const Source& source : sources_) ++count[source.name];
    for (Source& source : sources_) {
      if (count[source.name] > 1 && source.book == nullptr) source.name = source.file.string();
    }
    return std::move(sources_);
  }

 private:
  void add_source(const std::string& entry, Source source) {
    std::error_code error;
    // Links and "x/../" lead two names to one file. A book that lies nowhere is known by its id.
    const fs::path real = source.file.empty() ? fs::path(source.name) : fs::weakly_canonical(source.file, error);
    const auto [earlier, is_new] = named_by_.emplace(real, entry);
    if (is_new) {
      sources_.push_back(std::move(source));
    } else {
      problems_.push_back(
          fmt::format("dataset.books: '{}' names {} a second time, after '{}'", entry, real.string(), earlier->second));
    }
  }

  /// False when there is no such file or folder.
  bool add_path(const std::string& entry) {
    for (const fs::path& base : places_.bases) {
      const fs::path path = (base / entry).lexically_normal();
      if (is_file(path)) {
        add_source(entry, {document_name(path), nullptr, path});
        return true;
      }
      if (is_folder(path)) {
        const std::vector<fs::path> files = matching_files(escaped(path) + "/*.txt");
        if (files.empty()) {
          problems_.push_back(fmt::format("dataset.books: the folder '{}' ({}) has no *.txt", entry, path.string()));
        }
        for (const fs::path& file : files) add_source(entry, {document_name(file), nullptr, file.lexically_normal()});
        return true;
      }
    }
    return false;
  }

  /// False when nothing matches.
  bool add_glob(const std::string& entry) {
    if (entry.find_first_of("*?[") == std::string::npos) return false;
    for (const fs::path& base : places_.bases) {
      const bool absolute = fs::path(entry).is_absolute();
      const std::vector<fs::path> files = matching_files(absolute ? entry : escaped(base) + "/" + entry);
      for (const fs::path& file : files) add_source(entry, {document_name(file), nullptr, file.lexically_normal()});
      if (!files.empty()) return true;
    }
    return false;
  }

  std::string not_found(const std::string& entry) const {
    if (entry.empty()) return "dataset.books: an entry is empty, expected a catalogue name, file, folder or glob";
    if (entry.find_first_of("*?[") != std::string::npos) {
      return fmt::format("dataset.books: no file matches '{}' in {}", entry, places_.bases.front().string());
    }
    const std::string hint = did_you_mean(fs::path(entry).filename().string(), names_beside(entry, places_));
    if (entry.find_first_of("/.") == std::string::npos) {
      return fmt::format("dataset.books: '{}' is not in the catalogue ({}), nor a file or folder in {}{}", entry,
                         fmt::join(catalogue_ids(), ", "), places_.bases.front().string(), hint);
    }
    return fmt::format("dataset.books: no file or folder '{}' (looked at {}){}", entry,
                       (places_.bases.front() / entry).lexically_normal().string(), hint);
  }

  const Places& places_;
  std::vector<Source> sources_;
  std::map<fs::path, std::string> named_by_;  ///< the entry that named each file
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<Source> find_sources(const std::vector<std::string>& entries, const Places& places) {
  Finder finder(places);
  for (const std::string& entry : entries) finder.add(entry);
  return finder.finish();
}

}  // namespace folio::textbooks
