#include "worker/environment.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/process_identity.h"
#include "support/utf8.h"
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
  add("amx_bf16", __builtin_cpu_supports("amx-bf16") != 0);
  return features;
}

/// Text that JSON can hold: bytes that are not UTF-8 become U+FFFD.
std::string readable(std::string_view bytes) {
  constexpr std::size_t kMostBytes = 4096;
  bytes = bytes.substr(0, kMostBytes);
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const DecodedCodePoint decoded = decode_code_point(bytes, at);
    append_utf8(text, decoded.value);
    at += decoded.length;
  }
  return text;
}

/// The variables by which a user has the loader put other code into this process, or libraries compute otherwise; not
/// those that the runner set, which FOLIO_OWN_VARIABLES names.
std::map<std::string, std::string> variables_of_user() {
  std::map<std::string, std::string> variables;
  const char* own_names = std::getenv("FOLIO_OWN_VARIABLES");
  const std::string own = ":" + std::string(own_names != nullptr ? own_names : "") + ":";
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string name(text.substr(0, text.find('=')));
    if (name.size() == text.size() || own.find(":" + name + ":") != std::string::npos) continue;
    for (const char* prefix :
         {"LD_", "GLIBC_TUNABLES", "MALLOC_", "OMP_", "GOMP_", "ATEN_", "ONEDNN_", "DNNL_", "MKL_", "OPENBLAS_"}) {
      if (name.starts_with(prefix)) variables[readable(name)] = readable(text.substr(name.size() + 1));
    }
  }
  return variables;
}

}  // namespace

nlohmann::json describe_machine() {
  return {{"variables", variables_of_user()},
          {"folio_version", folio_version()},
          {"torch_version", FOLIO_TORCH_VERSION},
          {"host", this_process().host},
          {"processor", processor_name()},
          {"processor_features", processor_features()},
          {"processors", std::thread::hardware_concurrency()},
          {"memory_bytes", static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE)},
          {"threads", at::get_num_threads()}};
}

bool decides_numbers(const std::string& variable) {
  for (const char* prefix : {"ATEN_", "ONEDNN_", "DNNL_", "MKL_", "LD_PRELOAD", "OMP_DYNAMIC", "OMP_THREAD_LIMIT"})
    if (variable.starts_with(prefix)) return true;
  return false;
}

nlohmann::json machine_identity() {
  nlohmann::json identity = describe_machine();
  for (const char* of_no_weight : {"folio_version", "host", "memory_bytes"}) identity.erase(of_no_weight);
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    for (const char* prefix : {"ATEN_", "ONEDNN_", "DNNL_", "MKL_"})
      if (text.starts_with(prefix)) variables.emplace_back(text);
  }
  std::sort(variables.begin(), variables.end());
  identity["variables"] = variables;
  return identity;
}

void set_thread_count() {
  if (std::getenv("OMP_NUM_THREADS") == nullptr)
    at::set_num_threads(static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace folio::worker
