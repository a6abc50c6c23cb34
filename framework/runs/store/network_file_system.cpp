#include "runs/store/network_file_system.h"

#include <fmt/format.h>
#include <sys/vfs.h>

#include <array>
#include <utility>

#include "support/error.h"

namespace folio::runs {
namespace {

// From linux/magic.h where it has them, else from the file system's own sources.
constexpr std::array<std::pair<unsigned long, std::string_view>, 9> kNetworkFileSystems{{
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x0bd00bd0, "Lustre"},
    {0x00c36400, "Ceph"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x5346414f, "AFS"},
}};

}  // namespace

std::optional<std::string_view> network_file_system(long magic) {
  // f_type is signed and 32 bits wide on some machines.
  const unsigned long wanted = static_cast<unsigned long>(magic) & 0xffffffffUL;
  for (const auto& [number, name] : kNetworkFileSystems)
    if (number == wanted) return name;
  return std::nullopt;
}

bool is_local_folder(const std::filesystem::path& path) {
  constexpr long kFuse = 0x65735546;  // linux/magic.h
  struct statfs status{};
  if (::statfs(path.c_str(), &status) != 0) return false;
  const auto magic = static_cast<long>(status.f_type);
  return magic != kFuse && !network_file_system(magic);
}

void require_local_folder(const std::filesystem::path& folder) {
  struct statfs status{};
  if (::statfs(folder.c_str(), &status) != 0) return;  // opening the store gives the better message
  if (const auto name = network_file_system(static_cast<long>(status.f_type))) {
    throw Error(ErrorKind::store,
                fmt::format("{}: is on a network file system ({}), where file locks are not reliable; name a folder on "
                            "a local disk with --results, or a PostgreSQL server with --store",
                            folder.string(), *name));
  }
}

}  // namespace folio::runs
