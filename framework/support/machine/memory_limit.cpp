#include "support/machine/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

namespace folio {
namespace {

namespace fs = std::filesystem;

/// This process's control group and those above it, as folders of version 2, or of version 1's memory controller.
std::vector<fs::path> control_groups() {
  std::vector<fs::path> folders;
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "0::/user.slice/a" or "4:memory:/a"
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && ("," + controllers + ",").find(",memory,") == std::string::npos) continue;
    const fs::path root = controllers.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();; group = group.parent_path()) {
      folders.push_back(root / group);
      if (group.empty()) break;
    }
  }
  return folders;
}

/// The number that a file begins with; none where it is "max", or not there.
std::optional<double> number_in(const fs::path& path) {
  std::ifstream file(path);
  double number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

/// The number behind a word that a line begins with, as in "oom_kill 3" or "SwapTotal:  0 kB".
std::optional<double> number_behind(const fs::path& path, const std::string& wanted) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    double number = 0;
    if (word == wanted && file >> number) return number;
  }
  return std::nullopt;
}

void lower(MemoryLimit& limit, double bytes, const std::string& whose) {
  if (bytes < limit.bytes) limit = {bytes, whose};
}

}  // namespace

MemoryLimit memory_limit() {
  const double pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  MemoryLimit limit{pages + 1024 * number_behind("/proc/meminfo", "SwapTotal:").value_or(0), "this machine"};
  for (const fs::path& group : control_groups()) {
    if (const auto most = number_in(group / "memory.max")) lower(limit, *most, "this control group (memory.max)");
    if (const auto most = number_in(group / "memory.limit_in_bytes"))
      lower(limit, *most, "this control group (memory.limit_in_bytes)");
  }
  for (const auto& [resource, whose] : {std::pair{RLIMIT_AS, "`ulimit -v`"}, std::pair{RLIMIT_DATA, "`ulimit -d`"}}) {
    rlimit set{};
    if (::getrlimit(resource, &set) == 0 && set.rlim_cur != RLIM_INFINITY)
      lower(limit, static_cast<double>(set.rlim_cur), whose);
  }
  return limit;
}

double available_memory() {
  double available = 1024 * number_behind("/proc/meminfo", "MemAvailable:").value_or(0);
  for (const fs::path& group : control_groups()) {
    const auto most = number_in(group / "memory.max"), taken = number_in(group / "memory.current");
    // Pages of files that were read or written are given up when others need the room.
    const double reclaimable = number_behind(group / "memory.stat", "inactive_file").value_or(0);
    if (most && taken) available = std::min(available, *most - *taken + reclaimable);
  }
  rlimit set{};
  if (::getrlimit(RLIMIT_AS, &set) == 0 && set.rlim_cur != RLIM_INFINITY) {
    const double taken = static_cast<double>(::sysconf(_SC_PAGESIZE)) * number_in("/proc/self/statm").value_or(0);
    available = std::min(available, static_cast<double>(set.rlim_cur) - taken);
  }
  return std::max(available, 0.0);
}

std::int64_t out_of_memory_kills() {
  for (const fs::path& group : control_groups())
    if (const auto kills = number_behind(group / "memory.events", "oom_kill")) return static_cast<std::int64_t>(*kills);
  return static_cast<std::int64_t>(number_behind("/proc/vmstat", "oom_kill").value_or(0));
}

std::string memory_advice() {
  return "A smaller training.per_device_train_batch_size (with more training.gradient_accumulation_steps), a smaller "
         "dataset.split.size, training.precision=bfloat16 or a smaller model takes less; `runner check` estimates how "
         "much.";
}

}  // namespace folio
