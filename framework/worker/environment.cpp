#include "worker/environment.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "support/process_identity.h"
#include "support/version.h"

namespace folio::worker {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

std::string processor_features() {
  std::string features;
  const auto add = [&](const char* name, bool has) {
    if (has) features += (features.empty() ? "" : " ") + std::string(name);
  };
  add("avx2", __builtin_cpu_supports("avx2") != 0);
  add("avx512f", __builtin_cpu_supports("avx512f") != 0);
  add("avx512_bf16", __builtin_cpu_supports("avx512bf16") != 0);
  return features;
}

}  // namespace

nlohmann::json describe_environment(const train::Execution& execution, double matmul_rate) {
  return {{"folio_version", folio_version()},
          {"torch_version", FOLIO_TORCH_VERSION},
          {"host", this_process().host},
          {"processor", processor_name()},
          {"processor_features", processor_features()},
          {"processors", std::thread::hardware_concurrency()},
          {"memory_bytes", static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE)},
          {"threads", at::get_num_threads()},
          {"device", execution.device.str()},
          {"precision", execution.precision()},
          {"matmul_flops_per_second", matmul_rate}};
}

void set_thread_count() {
  if (std::getenv("OMP_NUM_THREADS") == nullptr)
    at::set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace folio::worker
