#include "support/machine/processor_time.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace folio {
namespace {

std::optional<double> finite(rlim_t seconds) {
  return seconds == RLIM_INFINITY ? std::nullopt : std::optional(static_cast<double>(seconds));
}

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

std::optional<ProcessorTimeLimit> processor_time_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CPU, &limit) != 0) return std::nullopt;
  const ProcessorTimeLimit found{finite(limit.rlim_cur), finite(limit.rlim_max)};
  return found.soft || found.hard ? std::optional(found) : std::nullopt;
}

double processor_seconds_of_children() {
  rusage children{};
  ::getrusage(RUSAGE_CHILDREN, &children);
  return in_seconds(children.ru_utime) + in_seconds(children.ru_stime);
}

std::string lack_of_processor_time(int signal, double seconds, const std::optional<ProcessorTimeLimit>& limit) {
  constexpr double kShare = 0.05, kSeconds = 0.5;  // by which the system's two ways of counting may differ
  if (!limit || (signal != SIGXCPU && signal != SIGKILL)) return "";
  const auto& reached = signal == SIGXCPU ? limit->soft : limit->hard;
  if (!reached || seconds < *reached - std::max(kShare * *reached, kSeconds)) return "";
  return fmt::format(
      "`ulimit -t` allows a process {:.0f} s of processor time, all its threads together, and it had "
      "taken {:.0f} s. Raise that limit (ulimit -t unlimited), or train for fewer steps",
      *reached, seconds);
}

}  // namespace folio
