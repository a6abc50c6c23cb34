#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace folio::worker {

/// What this process runs on, as a run's environment records it: versions, host, processor, memory, threads, and the
/// user's variables that change what code runs (LD_PRELOAD) or how it computes (ATEN_CPU_CAPABILITY).
nlohmann::json describe_machine();

/// Whether a variable of describe_machine() decides what the processor's libraries compute, to the last bit.
bool decides_numbers(const std::string& variable);

/// What of it decides how fast this process computes: processor, threads, libtorch's version, and the variables that
/// tell libtorch and its libraries which instructions to use (ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA and their like).
nlohmann::json machine_identity();

/// As many threads as this process may use processors, or OMP_NUM_THREADS.
void set_thread_count();

}  // namespace folio::worker
