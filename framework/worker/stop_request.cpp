#include "worker/stop_request.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <utility>

#include "folio/error.h"
#include "support/machine/processor_time.h"
#include "support/stop_signals.h"

namespace folio::worker {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};

std::atomic<bool> stop_wanted = false;
std::atomic<bool> keeps = false;
std::atomic<int> first_signal = 0;

int code_of(int signal) { return signal == SIGTERM ? kTerminatedCode : folio::exit_code(ErrorKind::interrupted); }

extern "C" void on_stop_signal(int number) {
  if (first_signal == 0) first_signal = number;
  if (!keeps) ::_exit(code_of(number));  // the runner writes down why
  stop_wanted = true;
}

}  // namespace

StopRequest::StopRequest(std::filesystem::path file) : file_(std::move(file)) {
  struct sigaction action{};
  action.sa_handler = on_stop_signal;
  for (const int number : kStopSignals)
    if (number != SIGXCPU || !processor_time_limit()) ::sigaction(number, &action, nullptr);  // else it is no wish
  ::signal(SIGHUP, SIG_IGN);
}

bool StopRequest::wanted() {
  const auto now = std::chrono::steady_clock::now();
  if (!stop_wanted && now - looked_ >= kBetweenLooks) {
    looked_ = now;
    if (::unlink(file_.c_str()) == 0) stop_wanted = true;
  }
  return stop_wanted;
}

int StopRequest::exit_code() const { return code_of(first_signal); }

bool StopRequest::seen() const {
  std::error_code ignored;
  return stop_wanted || std::filesystem::exists(file_, ignored);
}

void StopRequest::check() {
  if (!keeps && wanted()) throw Stopped{};
}

void StopRequest::keep_from_now_on() { keeps = true; }

}  // namespace folio::worker
