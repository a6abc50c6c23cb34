#include "results/store/folder_id.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <sstream>

#include "support/error.h"
#include "support/files.h"

namespace folio::results {
namespace {

namespace fs = std::filesystem;

/// The number of the file itself, which a copy of it does not share; 0 where there is no such file.
std::uint64_t inode(const fs::path& file) {
  struct stat status{};
  return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// The id in the file, unless the file is a copy of another folder's.
std::string read_id(const fs::path& file) {
  if (!fs::exists(file)) return "";
  std::istringstream words(read_file(file, ErrorKind::store, 4096));
  std::string id;
  std::uint64_t number = 0;
  const bool whole = static_cast<bool>(words >> id >> number) && id.size() == 32 &&
                     id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole && number == inode(file) ? id : "";
}

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

std::string folder_id(const fs::path& results) {
  const fs::path file = results / "folder-id";
  if (const std::string id = read_id(file); !id.empty()) return id;
  if (!fs::is_directory(results) || ::access(results.c_str(), W_OK) != 0) return "";
  // Written under a name of its own and linked: of several processes that do so at once the first one's stays, and each
  // reads that.
  const fs::path own = results / fmt::format("folder-id.{}.{}", random_id(), ::getpid());
  write_file_atomically(own, "", ErrorKind::store);
  {
    AppendFile line(own, ErrorKind::store);
    line.append_line(fmt::format("{} {}", random_id(), inode(own)));
    line.sync();
  }
  if (fs::exists(file) && read_id(file).empty()) fs::remove(file);
  std::error_code error;
  fs::create_hard_link(own, file, error);
  fs::remove(own);
  const std::string id = read_id(file);
  if (id.empty()) {
    throw Error(ErrorKind::store,
                fmt::format("{}: cannot be made{}", file.string(), error ? ": " + error.message() : std::string()));
  }
  return id;
}

}  // namespace folio::results
