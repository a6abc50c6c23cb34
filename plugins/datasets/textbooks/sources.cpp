#include "textbooks/sources.h"

#include <map>
#include <utility>

#include "input/find_files.h"

namespace folio::textbooks {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kSuffixes = {".txt", ".txt.gz", ".txt.zst", ".md", ".md.gz", ".md.zst"};

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

fs::path find_file(const CatalogueBook& book, const Places& places) {
  for (const fs::path& folder : places.folders)
    if (is_file(folder / file_name(book))) return folder / file_name(book);
  const fs::path cached = places.cache / file_name(book);
  return !places.cache.empty() && is_file(cached) ? cached : fs::path();
}

}  // namespace

std::vector<Source> find_sources(const std::vector<std::string>& entries, const Places& places) {
  input::FileFinder finder({.option = "dataset.books",
                            .bases = places.bases,
                            .suffixes = kSuffixes,
                            .names = catalogue_ids(),
                            .names_place = "the catalogue"});
  std::vector<Source> sources;
  const auto add = [&](const std::string& entry, Source source) {
    // A book that lies nowhere is known by its id.
    if (finder.claim(entry, source.file.empty() ? fs::path(entry) : source.file)) sources.push_back(std::move(source));
  };
  for (const std::string& entry : entries) {
    if (const CatalogueBook* book = find_in_catalogue(entry))
      add(entry, {entry, book, find_file(*book, places)});
    else
      for (const fs::path& file : finder.find(entry)) add(entry, {input::name_without(kSuffixes, file), nullptr, file});
  }
  finder.finish();

  std::map<std::string, int> count;
  for (const Source& source : sources) ++count[source.name];
  for (Source& source : sources)
    if (count[source.name] > 1 && source.book == nullptr) source.name = source.file.string();
  return sources;
}

}  // namespace folio::textbooks
