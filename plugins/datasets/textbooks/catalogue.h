#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace folio::textbooks {

/// A book that can be named in an experiment without saying where it lies.
struct CatalogueBook {
  std::string_view id;  ///< the name in experiments; its file is `<id>.txt`
  std::string_view title;
  std::string_view author;
  int gutenberg_number;     ///< at Project Gutenberg
  std::string_view sha256;  ///< of the edition that the project's figures were measured on, the file with its licence
  std::size_t body_size;    ///< of that edition, licence cut and line ends kept, in Unicode code points
};

/// All books, in the order in which messages list them.
std::span<const CatalogueBook> catalogue();

/// The book of that id; null when there is none.
const CatalogueBook* find_in_catalogue(std::string_view id);

std::vector<std::string> catalogue_ids();

/// "romeo-and-juliet.txt".
std::string file_name(const CatalogueBook& book);

/// Where the plain text is to be had: at `mirror` ("https://www.gutenberg.org"), under the path that Project
/// Gutenberg and its mirrors share.
std::string address(const CatalogueBook& book, const std::string& mirror);

}  // namespace folio::textbooks
