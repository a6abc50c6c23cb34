#include "cli/session/interrupts.h"

#include <string>

#include "support/error.h"

namespace folio::cli {
namespace {

volatile sig_atomic_t interrupts_so_far = 0;
volatile sig_atomic_t worker_takes_them = 0;
volatile sig_atomic_t first_signal = 0;
int open_scopes = 0;

extern "C" void on_interrupt(int number) {
  interrupts_so_far = interrupts_so_far + 1;
  if (first_signal == 0) first_signal = number;
  if (worker_takes_them != 0 || interrupts_so_far < 2) return;
  ::signal(number, SIG_DFL);
  ::raise(number);
}

}  // namespace

InterruptScope::InterruptScope(bool reads) {
  if (open_scopes++ == 0) interrupts_so_far = 0;
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  action.sa_flags = reads ? 0 : SA_RESTART;
  for (std::size_t i = 0; i < std::size(kStopSignals); ++i) ::sigaction(kStopSignals[i], &action, &before_[i]);
}

InterruptScope::~InterruptScope() {
  for (std::size_t i = 0; i < std::size(kStopSignals); ++i) ::sigaction(kStopSignals[i], &before_[i], nullptr);
  --open_scopes;
}

void InterruptScope::let_worker_take(bool takes) { worker_takes_them = takes ? 1 : 0; }

int interrupted_exit_code() { return first_signal == SIGTERM ? kTerminatedCode : exit_code(ErrorKind::interrupted); }

void note_termination() {
  if (first_signal == 0) first_signal = SIGTERM;
}

bool only_ctrl_c() { return interrupts_so_far == 1 && first_signal == SIGINT; }

void forget_interrupts() {
  interrupts_so_far = 0;
  first_signal = 0;
}

int interrupt_count() { return interrupts_so_far; }

void throw_if_interrupted(const char* what) {
  if (interrupts_so_far > 0) throw Error(ErrorKind::interrupted, std::string("interrupted: ") + what);
}

HangupScope::HangupScope() : old_hangup_(::signal(SIGHUP, SIG_IGN)), old_pipe_(::signal(SIGPIPE, SIG_IGN)) {}

HangupScope::~HangupScope() {
  ::signal(SIGHUP, old_hangup_);
  ::signal(SIGPIPE, old_pipe_);
}

}  // namespace folio::cli
