#pragma once

#include <optional>
#include <string>

namespace folio {

/// The seconds of processor time that each process may take by `ulimit -t`: a warning comes at the soft limit, the end
/// at the hard one.
struct ProcessorTimeLimit {
  std::optional<double> soft, hard;
};

/// None where there is neither.
std::optional<ProcessorTimeLimit> processor_time_limit();

/// What this process's children that have ended and been waited for took, of all their threads.
double processor_seconds_of_children();

/// Why a process that was ended by `signal` and took so many seconds was ended, where that was the limit: by SIGXCPU,
/// or at the hard limit by SIGKILL. Else empty.
std::string lack_of_processor_time(int signal, double seconds, const std::optional<ProcessorTimeLimit>& limit);

}  // namespace folio
