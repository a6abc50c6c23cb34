#pragma once

#include <cstdint>
#include <string>

namespace folio {

/// One process among all that ever ran: a pid alone is used again. `start_time` is field 22 of /proc/<pid>/stat,
/// clock ticks since boot.
struct ProcessIdentity {
  std::string host;
  std::string boot_id;
  std::int64_t pid = 0;
  std::int64_t start_time = 0;

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

enum class Liveness { alive, gone, unknown };

/// Whether that very process still runs; unknown where it was started on another host, which cannot be asked.
Liveness liveness(const ProcessIdentity& process);

/// Whether the process was started on this machine since it was last booted, in whatever container.
bool is_of_this_boot(const ProcessIdentity& process);

}  // namespace folio
