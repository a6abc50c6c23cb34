#include "runs/record/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// Who looks whether a file is locked holds it for a moment.
constexpr std::chrono::seconds kPatience{5};

/// Whether a process holds the lock; none where that cannot be told.
std::optional<bool> is_locked(const fs::path& file) {
  // A shared lock is enough to find an exclusive one, lets others look at the same time, and needs no right to write.
  const FileDescriptor open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!open) return std::nullopt;
  if (::flock(open.get(), LOCK_SH | LOCK_NB) == 0) return false;
  return errno == EWOULDBLOCK ? std::optional(true) : std::nullopt;
}

}  // namespace

FileDescriptor lock_run(const RunFolder& folder) {
  const fs::path file = folder.info();
  // To write, since on NFS an exclusive lock needs that.
  FileDescriptor open(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (!open) throw_errno(ErrorKind::store, file, "cannot be opened");
  for (const auto deadline = steady_clock::now() + kPatience; ::flock(open.get(), LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) return {};
    if (steady_clock::now() > deadline)
      throw Error(ErrorKind::store, file.string() + ": another process works on this run");
    ::usleep(1000);
  }
  return open;
}

Liveness liveness_of(const RunFolder& folder, const std::optional<ProcessIdentity>& process) {
  const std::optional<bool> locked = is_locked(folder.info());
  if (locked.value_or(false)) return Liveness::alive;
  if (!process) return Liveness::unknown;
  const Liveness seen = liveness(*process);
  // A copy of a folder has no locks, though its run may live where it was copied from. This machine has no other copy
  // of a process of its own.
  return seen == Liveness::unknown && locked && is_of_this_boot(*process) ? Liveness::gone : seen;
}

}  // namespace folio::runs
