#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "folio/dataset.h"
#include "folio/options.h"
#include "temporary_folder.h"
#include "textbooks/textbooks.h"

namespace folio::textbooks {

using test::EnvironmentVariable;
using test::TemporaryFolder;

/// Places within one folder: experiment/, data/ and cache/, and a mirror where nobody listens.
inline Places places_in(const TemporaryFolder& folder) {
  make_directories(folder / "experiment");
  return {.bases = {folder / "experiment"},
          .folders = {folder / "data"},
          .cache = folder / "cache",
          .mirror = "http://127.0.0.1:1"};
}

/// All documents of a data set with these options.
inline std::vector<Document> read_all(const std::map<std::string, OptionValue>& given, const Places& places) {
  std::vector<Document> documents;
  Textbooks(OptionValues(options(), given), places).read([&](Document document) {
    documents.push_back(std::move(document));
  });
  return documents;
}

using Names = std::vector<std::string>;

/// A file as Project Gutenberg makes them.
inline std::string gutenberg_file(const std::string& body) {
  return "Header\r\n*** START OF THE PROJECT GUTENBERG EBOOK A TEST ***\r\n" + body +
         "*** END OF THE PROJECT GUTENBERG EBOOK A TEST ***\r\nLicence\r\n";
}

}  // namespace folio::textbooks
