#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "folio/dataset.h"
#include "folio/options.h"
#include "textbooks/book_text.h"
#include "textbooks/download.h"
#include "textbooks/places.h"
#include "textbooks/sources.h"

namespace folio::textbooks {

OptionTable options();

/// Yields the text of each book, in the order of the option `books`, and of a file with several of Project Gutenberg's
/// each ("shelf (1)", "shelf (2)"): a byte-order mark and the licence taken away, the rest as it stands in the file, or
/// with every line end made "\n" on request. A long one comes in pieces, and takes no more memory than a few of them,
/// whatever its size.
///
/// What is odd about a book (another edition than the catalogue's, a licence cut at one end only, a stand-in) is said
/// in its provenance's note.
class Textbooks : public Dataset {
 public:
  /// Throws Error (experiment) when no book is named, when an entry of `books` is not there or one of `shares` is
  /// wrong.
  Textbooks(const OptionValues& values, Places places, DownloadLimits limits = {});

  /// Throws Error (experiment) before the first document when an entry of `books` is not there or one of `shares` is
  /// wrong, and Error (run) when a book cannot be had and no stand-in is wanted, cannot be read or unpacked, is empty,
  /// or is not UTF-8.
  void read(const std::function<void(Document)>& sink) const override;

 private:
  /// What the entries of `books` are, each with the share of it that is read.
  std::vector<std::pair<Source, double>> find_shares() const;
  void read_source(const Source& source, double share, const std::function<void(Document)>& sink) const;
  void read_file_of(const Source& source, const std::string& origin, double share,
                    const std::function<void(Document)>& sink) const;
  /// Downloads the book into the cache. Throws Error (run) when it cannot be had.
  void bring(const CatalogueBook& book) const;
  void give_stand_in(const CatalogueBook& book, const std::string& reason, double share,
                     const std::function<void(Document)>& sink) const;

  std::vector<std::string> books_, share_entries_;
  Utf8Errors utf8_errors_;
  bool stand_in_, download_, lf_;
  Places places_;
  DownloadLimits limits_;
  /// Why catalogue books could not be brought, by id. It is not tried again, so that each read gives the same texts.
  mutable std::map<std::string_view, std::string> missing_;
};

}  // namespace folio::textbooks
