#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "folio/dataset.h"
#include "folio/options.h"
#include "support/files.h"
#include "textbooks/textbooks.h"

namespace folio::textbooks {

/// A folder of a test's own, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "folio-textbooks-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  /// Writes a file, with the folders above it, and gives back its path.
  std::filesystem::path write(const std::string& name, const std::string& contents) const {
    make_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << contents;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// An environment variable set for the length of a test.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~EnvironmentVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

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
