#pragma once

#include <signal.h>

#include <iterator>

#include "support/stop_signals.h"

namespace folio::cli {

/// While one lives, Ctrl-C and the other signals of kStopSignals are counted instead of ending this process. They may
/// be nested; the outermost begins the count. A second one ends the process at once unless a worker is there that takes
/// it.
class InterruptScope {
 public:
  /// `reads` tells whether a person is asked for input meanwhile, which an interrupt is to end. Else nothing that waits
  /// is cut short: a line on its way to a slow reader would be an error.
  explicit InterruptScope(bool reads = false);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  /// Whether a worker takes all interrupts from now on.
  void let_worker_take(bool takes);

 private:
  struct sigaction before_[std::size(kStopSignals)]{};
};

/// How many there have been since the outermost scope began.
int interrupt_count();

/// Whether the one that there has been is Ctrl-C, and not another signal.
bool only_ctrl_c();

/// What is said here from now on is of those that come later.
void forget_interrupts();

/// The exit code of what a person or the system asked to stop: 143 for SIGTERM, by which a scheduler tells that the job
/// is to end, else 130.
int interrupted_exit_code();

/// The worker was ended by SIGTERM, whoever else got it.
void note_termination();

/// Throws Error (interrupted) where there has been one. `what` did not come to its end: "the run had not begun".
void throw_if_interrupted(const char* what);

/// While it lives, this process outlives the terminal that it was started from, and whoever read what it prints: SIGHUP
/// and SIGPIPE are ignored, the former also by the children that it starts.
class HangupScope {
 public:
  HangupScope();
  ~HangupScope();
  HangupScope(const HangupScope&) = delete;
  HangupScope& operator=(const HangupScope&) = delete;

 private:
  void (*old_hangup_)(int);
  void (*old_pipe_)(int);
};

}  // namespace folio::cli
