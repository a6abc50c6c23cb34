#include "plugin_host/library_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "support/error.h"
#include "support/sha256.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr off_t kMostLibraryBytes = off_t{1} << 30;

[[noreturn]] void fail_to_copy(const fs::path& library, const std::string& reason) {
  throw Error(ErrorKind::plugin, fmt::format("{}: {}", library.string(), reason));
}

FileDescriptor memory_file(const fs::path& library) {
  constexpr unsigned kExecutable = 0x10;  // MFD_EXEC of Linux 6.3, which older headers lack and older kernels refuse
  const std::string name = library.filename().string().substr(0, 200);
  int fd = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | kExecutable);
  if (fd < 0 && errno == EINVAL) fd = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) fail_to_copy(library, fmt::format("cannot be copied into memory: {}", std::strerror(errno)));
  return FileDescriptor(fd);
}

/// Whether the limit on the size of files, which holds for memory files too, allows one of so many bytes.
bool may_write(std::uint64_t bytes) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || bytes <= limit.rlim_cur;
}

void write_whole(const fs::path& library, int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_to_copy(library, fmt::format("cannot be copied into memory: {}", std::strerror(errno)));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

LibraryCopy::LibraryCopy(const fs::path& library) {
  // O_NONBLOCK: a pipe that someone named like a library must not hold us up.
  FileDescriptor file(::open(library.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0)
    fail_to_copy(library, fmt::format("cannot be read: {}", std::strerror(errno)));
  if (!S_ISREG(status.st_mode)) fail_to_copy(library, "is not a library: it is not a regular file");
  const bool copies = may_write(static_cast<std::uint64_t>(status.st_size));
  if (copies) memory_ = memory_file(library);
  Sha256 digest;
  std::vector<char> buffer(1 << 18);
  for (off_t total = 0;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_to_copy(library, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0) break;
    total += count;
    if (total > kMostLibraryBytes)
      fail_to_copy(library, fmt::format("has more than {} bytes, which no plugin needs", kMostLibraryBytes));
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    digest.update(bytes);
    if (copies) write_whole(library, memory_.get(), bytes);
  }
  hash_ = digest.hex_digest();
  if (!copies)
    memory_ = std::move(file);
  else if (::fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    fail_to_copy(library, fmt::format("its copy in memory cannot be sealed: {}", std::strerror(errno)));
}

fs::path LibraryCopy::path() const { return fmt::format("/proc/self/fd/{}", memory_.get()); }

}  // namespace folio::plugin_host
