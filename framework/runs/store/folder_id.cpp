#include "runs/store/folder_id.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <sstream>

#include "runs/store/network_file_system.h"
#include "support/error.h"
#include "support/files.h"
#include "support/random_hex.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

constexpr int kDigits = 32;

/// The number of the file itself, which a copy of it does not share; 0 where there is no such file.
std::uint64_t inode(const fs::path& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// The id in the file, unless the file is a copy of another folder's. Where a mount makes such numbers up, as those of
/// networks may, a copy is not known.
std::string read_id(const fs::path& file) {
  std::error_code error;
  if (fs::symlink_status(file, error).type() == fs::file_type::not_found) return "";
  std::istringstream words(read_file(file, ErrorKind::store, 4096));
  std::string id;
  std::uint64_t number = 0;
  const bool whole = static_cast<bool>(words >> id >> number) && id.size() == kDigits &&
                     id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole && (number == inode(file) || !is_local_folder(file)) ? id : "";
}

}  // namespace

std::string folder_id(const fs::path& results) {
  const fs::path file = results / "folder-id";
  if (const std::string id = read_id(file); !id.empty()) return id;
  if (!fs::is_directory(results) || ::access(results.c_str(), W_OK) != 0) return "";
  // One process at a time makes it; the others find it made.
  const FileDescriptor lock(::open(results.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  if (const std::string id = read_id(file); !id.empty()) return id;
  fs::remove(file);
  const std::string id = random_hex(kDigits);
  AppendFile line(file, ErrorKind::store);
  line.append_line(fmt::format("{} {}", id, inode(file)));
  line.sync();
  sync_directory(results, ErrorKind::store);
  return id;
}

}  // namespace folio::runs
