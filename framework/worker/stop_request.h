#pragma once

#include <chrono>
#include <filesystem>

namespace folio::worker {

/// Thrown where a run stops before there is anything to keep.
struct Stopped {};

/// Whether a person wants the run to stop: by a signal of kStopSignals, or by a file that `runner stop` puts into its
/// folder, which reaches it from another container or machine too.
class StopRequest {
 public:
  /// From here on the end of the terminal does not end this process.
  explicit StopRequest(std::filesystem::path file);

  /// Takes the file away where it is there; looks for it some times a second, whatever often this is asked.
  bool wanted();

  /// The same, for another thread: the file stays for the one that takes it away.
  bool seen() const;

  /// The exit code of a run that it stopped: 143 for SIGTERM, by which a scheduler tells that the job is to end, else
  /// that of an interruption.
  int exit_code() const;

  /// Throws Stopped where it is wanted and there is nothing to keep.
  void check();

  /// Until now a signal ended this process at once, wherever it was: in a download, or in a plugin. Now there is
  /// something to keep, and it only makes wanted() true.
  void keep_from_now_on();

 private:
  std::filesystem::path file_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace folio::worker
