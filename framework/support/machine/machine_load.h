#pragma once

#include <optional>

/// Whether a machine was busy with other work while this process worked.
namespace folio {

/// Counters of the kernel, in seconds since their start. What the system does not tell is absent.
struct ProcessorTimes {
  double ran = 0;                  ///< processor time of this process, all its threads
  std::optional<double> waited{};  ///< its threads were ready to run but had no processor (/proc/self/task)
  std::optional<double> used{};    ///< the machine's processors worked for anyone, this process too (/proc/stat)
  std::optional<double> stolen{};  ///< the machine's processors were taken by its host (/proc/stat)
  double total = 0;                ///< of all the machine's processors, idle or not (/proc/stat)
};

ProcessorTimes processor_times();

/// A machine is called busy where others took more than this share of the processor time that a process wanted.
constexpr double kMostTaken = 0.05;

/// The share of the processor time that the process wanted between two moments and others took, in [0, 1]: the greater
/// one of what its threads waited for, of what they ran and waited, and of what the host stole, of all processors'
/// time. Threads that are woken for each parallel loop wait for a moment on an idle machine too, so what they waited
/// counts only as far as others ran meanwhile. None where the system does not tell, or the process did nothing.
std::optional<double> share_taken(const ProcessorTimes& before, const ProcessorTimes& after);

}  // namespace folio
