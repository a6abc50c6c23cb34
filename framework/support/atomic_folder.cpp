#include "support/atomic_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
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

/// Whether the folder that is open is still the one at the path.
bool is_at(const fs::path& path, int fd) {
  struct stat open{}, there{};
  return ::fstat(fd, &open) == 0 && ::lstat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
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

FileDescriptor make_locked_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0777) != 0) return {};
  FileDescriptor folder = open_directory(path);
  if (!folder && errno != ENOENT) return {};
  // Between the calls another process may have taken it for an abandoned one.
  const bool taken = !folder || (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK);
  if (!taken && is_at(path, folder.get())) return folder;
  errno = EEXIST;
  return {};
}

void remove_unlocked_folders(const fs::path& parent, const std::function<bool(std::string_view)>& is_one) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error))
    if (is_one(entry->path().filename().string())) found.push_back(entry->path());
  for (const fs::path& path : found) {
    const FileDescriptor folder = open_directory(path);
    if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0 && is_at(path, folder.get()))
      fs::remove_all(path, error);
  }
}

AtomicFolder::AtomicFolder(const fs::path& target, ErrorKind kind) : target_(whole_path(target)), kind_(kind) {
  require_free(target_, kind_);
  make_directories(target_.parent_path(), kind_);
  const std::string prefix = temporary_prefix(target_);
  remove_unlocked_folders(target_.parent_path(), [&](std::string_view name) {
    return name.starts_with(prefix) && name.size() == prefix.size() + kChanceDigits;
  });
  while (!lock_) {
    temporary_ = target_.parent_path() / (prefix + random_hex(kChanceDigits));
    lock_ = make_locked_folder(temporary_);
    if (!lock_ && errno != EEXIST) throw_errno(kind_, target_, "the folder cannot be created");
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
