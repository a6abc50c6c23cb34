#pragma once

#include <csignal>

namespace folio {

/// What asks a run to stop: a person's Ctrl-C or Ctrl-\, `kill`, and the warning that a cluster's scheduler sends
/// before it ends a job, for which there is no one signal (Slurm: SIGTERM, or any that `--signal` names, usually
/// SIGUSR1; Grid Engine: SIGUSR1, SIGUSR2, SIGXCPU).
constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};

}  // namespace folio
