#include "support/machine/machine_load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <numeric>
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
  constexpr std::size_t kFields = 8, kIdle = 3, kWaitsForDisk = 4, kSteal = 7;
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<double, kFields> seconds{};
  file >> name;
  for (double& field : seconds) {
    if (!(file >> field)) return;
    field /= static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  times.total = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  times.stolen = seconds[kSteal];
  times.used = times.total - seconds[kIdle] - seconds[kWaitsForDisk] - seconds[kSteal];
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
  const double ran = after.ran - before.ran;
  std::optional<double> taken;
  const auto consider = [&](double part, double rest) {
    part = std::max(0.0, part);  // of threads that ended nothing is told any more
    if (part + rest > 0) taken = std::max(taken.value_or(0), part / (part + rest));
  };
  if (before.waited && after.waited && before.used && after.used) {
    const double others = *after.used - *before.used - ran;
    consider(std::min(*after.waited - *before.waited, others), ran);
  }
  if (before.stolen && after.stolen) {
    const double stolen = *after.stolen - *before.stolen;
    consider(stolen, after.total - before.total - stolen);
  }
  return taken;
}

}  // namespace folio
