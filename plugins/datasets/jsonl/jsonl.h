#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "folio/dataset.h"
#include "folio/options.h"
#include "input/find_files.h"
#include "input/text_file.h"
#include "jsonl/text_template.h"

namespace folio::jsonl {

OptionTable options();

/// Yields one document for each line of the files, in the order of the option `files`: the text of the option `field`,
/// or what `template` makes of several fields. Lines without anything and empty texts are left out, and with
/// `errors: skip` lines that cannot be read, whose number the provenance's note says. Each document has the name and
/// provenance of its file. It takes as much memory as the longest line, a few times, whatever the size of a file.
class Jsonl : public Dataset {
 public:
  /// `bases` is what relative paths are relative to. Throws Error (experiment) when an entry of `files` is not there,
  /// where `template` is wrong, or `field` is given too.
  Jsonl(const OptionValues& values, std::vector<std::filesystem::path> bases);

  /// Throws Error (experiment) before the first document when an entry of `files` is not there, and Error (run) naming
  /// file, line and byte where a line is not as it should be, and for a file that cannot be read or has no text.
  void read(const std::function<void(Document)>& sink) const override;

 private:
  enum class Errors { strict, replace, skip };

  std::vector<input::NamedFile> find() const;
  void read_file(const input::NamedFile& source, const std::function<void(Document)>& sink) const;
  /// Calls `visit` with the text of each line that has one, and `skip` with what is wrong with each that is left out.
  void read_lines(const std::string& path, const input::TextFile& file,
                  const std::function<void(std::string_view text)>& visit,
                  const std::function<void(const std::string& problem)>& skip) const;
  /// How many lines are left out, for a person; empty where none is. A document's note is told before the file's end is
  /// known, so the file is gone through once more than otherwise, the first time.
  const std::string& skipped_lines(const std::string& path, const input::TextFile& file) const;

  std::vector<std::string> files_;
  TextTemplate template_;
  Errors errors_;
  std::vector<std::filesystem::path> bases_;
  mutable std::map<std::string, std::string> skipped_;  ///< by path
};

}  // namespace folio::jsonl
