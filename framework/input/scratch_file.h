#pragma once

#include <string>
#include <string_view>

#include "support/files.h"
#include "support/mapped_file.h"

namespace folio::input {

/// A temporary file without a name, gone when nothing has it open or mapped any more, so that no crash leaves it. It
/// lies in the folder TMPDIR, else /var/tmp, since /tmp may be memory.
class ScratchFile {
 public:
  /// `content` names in messages what the file is for: "/books/whale.txt.gz". Throws Error (run), as the others.
  explicit ScratchFile(std::string content);

  /// Throws Error (run) naming the folder where the disk is full.
  void write(std::string_view bytes);

  /// What was written. The mapping outlives this object.
  MappedFile map() const;

 private:
  [[noreturn]] void fail() const;

  std::string content_;
  std::string folder_;
  FileDescriptor file_;
};

}  // namespace folio::input
