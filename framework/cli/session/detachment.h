#pragma once

#include <optional>

#include "support/files.h"

namespace folio::cli {

/// Goes on in the background, in a process that neither Ctrl-C nor the end of the terminal reaches:
///
///   Detachment detachment;
///   if (const auto code = detachment.begin()) return *code;  // this process was only to wait for the beginning
///   ... what may still fail, in sight of whoever called ...
///   detachment.let_go();
class Detachment {
 public:
  /// Makes the process that goes on, in which it gives nothing. In the first one it waits until that lets go or ends,
  /// and gives the exit code. Call it while this process has one thread and nothing open that two processes cannot
  /// share. Throws Error (run) where there cannot be another process.
  std::optional<int> begin();

  /// From here on nobody waits. What is printed is lost, but for messages to a file.
  void let_go();

 private:
  FileDescriptor waiting_;  ///< the first process reads from its other end
};

}  // namespace folio::cli
