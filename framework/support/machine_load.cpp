#include "support/machine_load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace folio {
namespace {

namespace fs = std::filesystem;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// The second number of each thread's schedstat: nanoseconds that it waited on a run queue.
std::optional<double> waited_of_threads() {
  std::optional<double> waited;
  std::error_code error;
  for (fs::directory_iterator at("/proc/self/task", error), end; !error && at != end; at.increment(error)) {
    std::ifstream file(at->path() / "schedstat");
    double ran = 0, of_thread = 0;
    if (file >> ran >> of_thread) waited = waited.value_or(0) + 1e-9 * of_thread;
  }
  return waited;
}

/// "cpu  user nice system idle iowait irq softirq steal ..." in clock ticks. Guests are counted in user already.
void read_processors(ProcessorTimes& times) {
  constexpr int kFields = 8, kSteal = 7;
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  const double tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  double ticks = 0;
  for (int field = 0; field < kFields && file >> ticks; ++field) {
    times.total += ticks * tick;
    if (field == kSteal) times.stolen = ticks * tick;
  }
}

}  // namespace

ProcessorTimes processor_times() {
  ProcessorTimes times;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  times.ran = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  times.waited = waited_of_threads();
  read_processors(times);
  return times;
}

std::optional<double> share_taken(const ProcessorTimes& before, const ProcessorTimes& after) {
  std::optional<double> taken;
  const auto consider = [&](std::optional<double> from, std::optional<double> to, double others) {
    if (!from || !to) return;
    const double part = std::max(0.0, *to - *from);  // of threads that ended nothing is told any more
    if (others + part > 0) taken = std::max(taken.value_or(0), part / (others + part));
  };
  consider(before.waited, after.waited, after.ran - before.ran);
  if (before.stolen && after.stolen)
    consider(before.stolen, after.stolen, after.total - before.total - (*after.stolen - *before.stolen));
  return taken;
}

}  // namespace folio
