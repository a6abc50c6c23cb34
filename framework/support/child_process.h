#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"

namespace folio {

/// How a child process ended.
struct ExitStatus {
  int code = 0;    ///< what it exited with, when no signal ended it
  int signal = 0;  ///< the signal that ended it, 0 when it exited by itself

  bool success() const { return code == 0 && signal == 0; }
  /// "exited with 3", "was killed by signal 11 (Segmentation fault)".
  std::string to_text() const;
};

/// A program started with posix_spawn (never a bare fork: a forked copy of a threaded process may hang), standard input
/// empty or a text, in a process group of its own, so that the terminal's Ctrl-C reaches it only when we pass it on.
class ChildProcess {
 public:
  static constexpr int kInheritedDescriptor = 3;

  struct Options {
    std::vector<std::string> arguments;              ///< without the program itself
    std::map<std::string, std::string> environment;  ///< put over this process's own
    /// Where standard error goes, appended; empty: this process's own.
    std::filesystem::path error_file;
    int error_descriptor = -1;  ///< instead, an open file
    std::string input{};        ///< what it reads from standard input
    bool input_open = false;    ///< instead, what write_input() hands it, until close_input()
    int inherited = -1;         ///< an open descriptor that the child gets as kInheritedDescriptor
  };

  /// Throws Error (run) when the program cannot be started.
  ChildProcess(const std::filesystem::path& program, const Options& options);

  /// Kills the child's process group where it still runs, and waits.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// The reading end of the child's standard output.
  int output() const { return output_.get(); }

  /// Hands the text to a child that was started with `input_open`; one that has ended does not get it.
  void write_input(std::string_view text);
  void close_input() { input_.reset(); }

  /// Sends the signal to the child's process group; nothing when it has ended.
  void signal(int number);

  /// The status if it has ended; does not wait.
  std::optional<ExitStatus> poll();

  /// Waits for the end.
  ExitStatus wait();

 private:
  pid_t pid_ = -1;
  FileDescriptor output_;
  FileDescriptor input_;
  std::optional<ExitStatus> status_;
};

/// What a short-lived child printed.
struct ChildOutput {
  ExitStatus status;
  bool timed_out = false;
  std::string output;  ///< standard output
  std::string errors;  ///< the last 4 KiB of standard error
};

/// Runs to the end, or kills the child once `timeout` has passed.
ChildOutput run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                      std::chrono::milliseconds timeout);

}  // namespace folio
