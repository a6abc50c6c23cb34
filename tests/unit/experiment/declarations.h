#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/experiment.h"

namespace folio::experiment::test {

/// A small world: the models gpt and bert, the tokenizers bpe and words, the data set textbooks, and a few of the
/// framework's options.
Declarations declarations();

/// A folder of experiment files, removed with its contents.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Writes the file, in the folder that it names, and gives its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A complete experiment that nothing is wrong with.
extern const char* const kValid;

/// Loads the text as the file `test.yaml`.
Experiment load(const std::string& text, const std::vector<std::string>& overrides = {},
                const Declarations& known = declarations());

/// The message of the Error that loading throws, with "test.yaml" for the file's path; fails the test when nothing is
/// thrown.
std::string message_of(const std::string& text, const std::vector<std::string>& overrides = {},
                       const Declarations& known = declarations());

}  // namespace folio::experiment::test
