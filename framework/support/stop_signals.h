#pragma once

#include <signal.h>

namespace folio {

/// What asks a run to stop: a person's Ctrl-C or Ctrl-\, `kill`, and the warning that a cluster's scheduler sends
/// before it ends a job, for which there is no one signal (Slurm: SIGTERM, or any that `--signal` names, usually
/// SIGUSR1; Grid Engine: SIGUSR1, SIGUSR2, SIGXCPU).
constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};

/// The exit code of what SIGTERM ended, as a shell has it: a scheduler looks for it.
constexpr int kTerminatedCode = 128 + SIGTERM;

/// Leaves all signals to the other threads.
inline void block_signals_in_this_thread() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace folio
