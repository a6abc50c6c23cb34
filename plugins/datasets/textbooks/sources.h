#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "textbooks/catalogue.h"
#include "textbooks/places.h"

namespace folio::textbooks {

/// One book to be read.
struct Source {
  std::string name;                     ///< of the document, different for each source of a list
  const CatalogueBook* book = nullptr;  ///< null for a file of the user's own
  std::filesystem::path file;           ///< absolute; empty where a catalogue book lies in none of the places
};

/// What the entries of `books:` stand for, in their order:
///
///   a catalogue id            that book, in the first of the places that has it
///   a file, folder or glob    as input/find_files.h says; of a folder its *.txt and *.md, packed or not
///
/// A name that a catalogue book has is that book; a file of the same name is meant by "./macbeth". A document's name is
/// its file's without these suffixes, or the whole path where several files share that.
///
/// Throws one Error (experiment) that names every entry that is nothing of these, with the nearest name, and every
/// file that is named twice (its text would be in the training and in the validation share).
std::vector<Source> find_sources(const std::vector<std::string>& entries, const Places& places);

}  // namespace folio::textbooks
