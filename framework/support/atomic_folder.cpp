#include "support/atomic_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "support/random_hex.h"

namespace folio {
namespace {

namespace fs = std::filesystem;

constexpr int kChanceDigits = 8;

std::string temporary_prefix(const fs::path& target) { return "." + target.filename().string() + ".new-"; }

FileDescriptor open_directory(const fs::path& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool is_at(const fs::path& path, int fd) {
  struct stat open{}, there{};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

void remove_abandoned_folders(const fs::path& target) {
  std::error_code error;
  std::vector<fs::path> found;
  const std::string prefix = temporary_prefix(target);
  for (fs::directory_iterator entry(target.parent_path(), error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(prefix) && name.size() == prefix.size() + kChanceDigits) found.push_back(entry->path());
  }
  for (const fs::path& path : found) {
    const FileDescriptor folder = open_directory(path);
    if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0 && is_at(path, folder.get()))
      fs::remove_all(path, error);
  }
}

/// Absolute, and without a slash at its end.
fs::path whole_path(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

void require_free(const fs::path& target, ErrorKind kind) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (status.type() == fs::file_type::not_found) return;
  const std::string expected = ", expected a folder that is new or empty";
  if (status.type() != fs::file_type::directory)
    throw Error(kind, target.string() + ": is there already and is no folder" + expected);
  const bool empty = fs::is_empty(target, error);
  if (error) throw Error(kind, target.string() + ": cannot be read: " + error.message());
  if (!empty) throw Error(kind, target.string() + ": is not empty" + expected);
  if (target == fs::current_path(error))
    throw Error(kind, target.string() + ": is the current folder" + expected + " elsewhere");
}

}  // namespace

AtomicFolder::AtomicFolder(const fs::path& target, ErrorKind kind) : target_(whole_path(target)), kind_(kind) {
  require_free(target_, kind_);
  make_directories(target_.parent_path(), kind_);
  remove_abandoned_folders(target_);
  for (;;) {
    temporary_ = target_.parent_path() / (temporary_prefix(target_) + random_hex(kChanceDigits));
    if (::mkdir(temporary_.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      throw_errno(kind_, target_, "the folder cannot be created");
    }
    lock_ = open_directory(temporary_);
    if (!lock_) throw_errno(kind_, temporary_, "cannot be opened");
    // Between the calls another process may have taken it for an abandoned one.
    const bool taken = ::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && is_at(temporary_, lock_.get())) return;
  }
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  sync_directory(temporary_, kind_);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw_errno(kind_, target_, "cannot be put in place");
  committed_ = true;
  sync_directory(target_.parent_path(), kind_);
}

}  // namespace folio
