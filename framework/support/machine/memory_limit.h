#pragma once

#include <cstdint>
#include <string>

namespace folio {

/// The memory that a process can have at most.
struct MemoryLimit {
  double bytes = 0;
  std::string whose;  ///< who has it: "this machine", "this control group (memory.max)", "`ulimit -v`"
};

/// The least of: the machine's memory with its swap, the limits of this process's control groups, and of `ulimit -v`
/// and `-d`.
MemoryLimit memory_limit();

/// Bytes that this process can still take without any other having to give up something: the least of what the machine,
/// the control groups and `ulimit -v` leave. 0 where it cannot be told.
double available_memory();

/// How many processes the system has ended for lack of memory: in this control group, else on this machine. It counts
/// up; 0 where it cannot be told.
std::int64_t out_of_memory_kills();

/// What makes a run take less memory, a sentence.
std::string memory_advice();

}  // namespace folio
