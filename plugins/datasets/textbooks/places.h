#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace folio::textbooks {

/// Where books are looked for.
struct Places {
  /// What a relative file, folder or glob in `books:` is relative to, the first that has it: data_dir where it is
  /// given, the experiment's folder, the working directory.
  std::vector<std::filesystem::path> bases;
  /// Where `<id>.txt` of a catalogue book may lie, first to last.
  std::vector<std::filesystem::path> folders;
  /// Where downloaded books are kept; the last place that is looked in. Empty where the environment names no home.
  std::filesystem::path cache;
  /// What is downloaded from, without a slash at the end.
  std::string mirror;
};

/// The places as the option `data_dir` and the environment say:
///
///   FOLIO_EXPERIMENT_DIR  the folder of the experiment file, set by the host; else the working directory
///   FOLIO_HOME            the repository's root, set by the host; else the working directory
///   FOLIO_DATA            folders with books, separated by colons
///   FOLIO_BOOKS_URL       a mirror of Project Gutenberg's, instead of https://www.gutenberg.org
///   FOLIO_CACHE           the cache is books in it; books that the folders of the next line have are found all the
///   same XDG_CACHE_HOME, HOME  else, or where FOLIO_CACHE is "off", folio/books in the first, or .cache/folio/books in
///   the
///                         second
///
/// Throws Error (experiment) when `data_dir` is not a folder.
Places places_from_environment(const std::optional<std::string>& data_dir);

}  // namespace folio::textbooks
