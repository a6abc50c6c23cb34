#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "folio/dataset.h"
#include "folio/options.h"
#include "input/find_files.h"

namespace folio::jsonl {

OptionTable options();

/// Yields one document for each line of the files, in the order of the option `files`: the text of the option `field`.
/// Lines without anything and empty texts are left out. Each document has the name and provenance of its file. It takes
/// as much memory as the longest line, a few times, whatever the size of a file.
class Jsonl : public Dataset {
 public:
  /// `bases` is what relative paths are relative to. Throws Error (experiment) when an entry of `files` is not there.
  Jsonl(const OptionValues& values, std::vector<std::filesystem::path> bases);

  /// Throws Error (experiment) before the first document when an entry of `files` is not there, and Error (run) naming
  /// file and line where a line is not as it should be, and for a file that cannot be read or has no text.
  void read(const std::function<void(Document)>& sink) const override;

 private:
  std::vector<input::NamedFile> find() const;
  void read_lines(const input::NamedFile& source, const std::function<void(Document)>& sink) const;

  std::vector<std::string> files_;
  std::string field_;
  bool replace_;
  std::vector<std::filesystem::path> bases_;
};

}  // namespace folio::jsonl
