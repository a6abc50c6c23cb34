#include "cli/session/worker_session.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "cli/session/interrupts.h"
#include "cli/session/session.h"
#include "support/error.h"
#include "support/human.h"
#include "support/machine/processor_time.h"
#include "support/stop_signals.h"

namespace folio::cli {
namespace {

constexpr const char* kOnlyAPlugin = "; only code of a plugin ends it so";

/// Takes whole lines out of `pending` and hands over those that are JSON.
void hand_over(std::string& pending, const std::function<void(const nlohmann::json&)>& on_line) {
  std::size_t begin = 0;
  for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto line = nlohmann::json::parse(pending.substr(begin, end - begin), nullptr, /*allow_exceptions=*/false);
    if (line.is_object()) on_line(line);
  }
  pending.erase(0, begin);
}

/// What `ulimit -v` allows a process; none where that is all.
std::optional<double> address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

/// Adds what can be read now; false at the end of the output.
bool read_some(int fd, std::string& pending) {
  char buffer[1 << 14];
  const ssize_t size = ::read(fd, buffer, sizeof buffer);
  if (size > 0) pending.append(buffer, static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

}  // namespace

bool WorkerEnd::by_a_person() const {
  // Before there is anything to keep it ends by itself.
  const bool asked =
      std::find(std::begin(kStopSignals), std::end(kStopSignals), status.signal) != std::end(kStopSignals);
  return status.code == exit_code(ErrorKind::interrupted) || status.code == kTerminatedCode ||
         (asked && lack_of_processor_time().empty()) || (status.signal == SIGKILL && interrupts > 1);
}

std::string WorkerEnd::lack_of_processor_time() const {
  return folio::lack_of_processor_time(status.signal, processor_seconds, processor_time_limit());
}

bool WorkerEnd::could_not_load() const {
  constexpr int kLoaderFailed = 127;
  return !told_end && status.signal == 0 && (status.code == kLoaderFailed || address_space().has_value());
}

std::string WorkerEnd::to_text() const {
  std::string text = "the worker " + status.to_text();
  if (const std::string why = lack_of_processor_time(); !why.empty()) return text + ": " + why;
  if (!could_not_load()) return text;
  text += ": it could not load its libraries";
  if (const auto bytes = address_space()) text += fmt::format("; ulimit -v leaves it {}", human_bytes(*bytes));
  return text;
}

WorkerEnd run_worker(const ChildProcess::Options& options, const std::function<void(const nlohmann::json&)>& on_line,
                     const std::function<void()>& on_idle, const WorkerInput& input) {
  const double seconds_before = processor_seconds_of_children();
  InterruptScope scope(/*reads=*/static_cast<bool>(input.next));
  throw_if_interrupted("the worker had not begun");
  ChildProcess worker(worker_program(), options);
  scope.let_worker_take(true);
  int passed_on = 0;
  bool answers_a_person = false;
  const auto pass_on_interrupts = [&] {
    const int interrupts = interrupt_count();
    if (interrupts == passed_on) return;
    if (passed_on == 0) on_line({{"stopping", true}});
    const bool has_something_to_finish = !input.next || (answers_a_person && only_ctrl_c());
    worker.signal(has_something_to_finish && interrupts == 1 ? SIGINT : SIGKILL);
    passed_on = interrupts;
  };
  bool told_end = false;
  const auto take = [&](const nlohmann::json& line) {
    if (line.contains("work_done")) return void(told_end = true);
    told_end = told_end || line.contains("error");
    if (!line.contains("awaits")) return on_line(line);
    if (answers_a_person && only_ctrl_c()) {
      forget_interrupts();
      passed_on = 0;
    }
    const auto text = interrupt_count() == 0 ? input.next() : std::nullopt;
    answers_a_person = text && input.typed;
    text ? worker.write_input(*text + "\n") : worker.close_input();
  };
  constexpr int kPollMs = 200;
  std::string pending;
  for (bool open = true; open;) {
    pass_on_interrupts();
    pollfd ready{worker.output(), POLLIN, 0};
    if (::poll(&ready, 1, kPollMs) > 0) open = read_some(worker.output(), pending);
    hand_over(pending, take);
    on_idle();
  }
  // It has closed its output, and usually ended.
  while (!worker.poll()) {
    pass_on_interrupts();
    ::usleep(2000);
  }
  scope.let_worker_take(false);
  const ExitStatus status = worker.wait();
  if (status.code == kTerminatedCode || status.signal == SIGTERM) note_termination();
  return {status, interrupt_count(), processor_seconds_of_children() - seconds_before, told_end};
}

void run_worker_to_success(const ChildProcess::Options& options,
                           const std::function<void(const nlohmann::json&)>& on_line) {
  nlohmann::json error;
  const auto take = [&](const nlohmann::json& line) {
    line.contains("error") ? void(error = line["error"]) : on_line(line);
  };
  const WorkerEnd end = run_worker(options, take, [] {});
  if (end.interrupts > 0 && !end.status.success()) throw Error(ErrorKind::interrupted, "interrupted");
  if (!error.is_null()) throw Error(error_kind_from_string(error.at("kind").get<std::string>()), error.at("message"));
  if (end.could_not_load() || !end.lack_of_processor_time().empty()) throw Error(ErrorKind::run, end.to_text());
  if (!end.status.success()) throw Error(ErrorKind::plugin, end.to_text());
  if (!end.told_end)
    throw Error(ErrorKind::plugin, "the worker " + end.status.to_text() + " before its work was done" + kOnlyAPlugin);
}

}  // namespace folio::cli
