#include "support/process_identity.h"

#include <unistd.h>

#include <climits>
#include <fstream>
#include <sstream>

namespace folio {
namespace {

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  ::gethostname(name, HOST_NAME_MAX);
  return name;
}

/// Field 22 of /proc/<pid>/stat; -1 where there is no such process or it is a zombie.
std::int64_t start_time_of(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  // getline and not a stream iterator: reading fails when the process ends just now, and an iterator would throw.
  std::string text;
  std::getline(file, text, '\0');
  // The second field, the command in brackets, may itself hold spaces and brackets: count from the last one.
  const std::size_t bracket = text.rfind(')');
  if (bracket == std::string::npos) return -1;
  std::istringstream fields(text.substr(bracket + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return -1;
  for (int number = 4; number <= 22; ++number) fields >> field;
  return fields ? std::stoll(field) : -1;
}

}  // namespace

ProcessIdentity this_process() {
  const std::int64_t pid = ::getpid();
  return {host_name(), boot_id(), pid, start_time_of(pid)};
}

Liveness liveness(const ProcessIdentity& process) {
  if (process.host != host_name()) return Liveness::unknown;
  if (process.boot_id != boot_id()) return Liveness::gone;
  return start_time_of(process.pid) == process.start_time ? Liveness::alive : Liveness::gone;
}

bool is_of_this_boot(const ProcessIdentity& process) { return process.boot_id == boot_id(); }

}  // namespace folio
