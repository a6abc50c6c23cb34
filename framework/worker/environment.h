#pragma once

#include <nlohmann/json.hpp>

#include "train/execution.h"

namespace folio::worker {

/// What this process runs on, as a run's environment records it: versions, processor, threads, precision, device.
nlohmann::json describe_environment(const train::Execution& execution, double matmul_rate);

/// As many threads as this process may use processors, or OMP_NUM_THREADS.
void set_thread_count();

}  // namespace folio::worker
