#include "runs/record/unfinished_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

// A leading dot hides it from whoever looks for runs.
constexpr std::string_view kUnfinished = ".new-";

FileDescriptor open_folder(const fs::path& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Whether the folder that is open is still the one at the path.
bool is_there(const fs::path& path, int fd) {
  struct stat open{}, there{};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &there) == 0 && open.st_ino == there.st_ino &&
         open.st_dev == there.st_dev;
}

}  // namespace

void UnfinishedRun::remove_abandoned(const fs::path& results) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(runs_folder(results), error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().starts_with(kUnfinished)) found.push_back(entry->path());
  for (const fs::path& path : found) {
    const FileDescriptor folder = open_folder(path);
    if (folder && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0 && is_there(path, folder.get()))
      fs::remove_all(path, error);
  }
}

std::optional<UnfinishedRun> UnfinishedRun::make(const fs::path& results, const std::string& id) {
  const fs::path runs = runs_folder(results);
  make_directories(runs, ErrorKind::store);
  const fs::path path = runs / (std::string(kUnfinished) + id);
  if (::mkdir(path.c_str(), 0777) != 0) {
    if (errno == EEXIST) return std::nullopt;
    throw_errno(ErrorKind::store, path, "cannot be written to");
  }
  FileDescriptor lock = open_folder(path);
  if (!lock) return std::nullopt;
  // Between the two calls another maker may have taken it for an abandoned one.
  const bool taken = ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (taken || !is_there(path, lock.get())) return std::nullopt;
  return UnfinishedRun(runs, id, std::move(lock));
}

UnfinishedRun::UnfinishedRun(const fs::path& runs, const std::string& id, FileDescriptor lock)
    : folder_(runs / (std::string(kUnfinished) + id)), target_(runs / id), lock_(std::move(lock)) {}

UnfinishedRun::~UnfinishedRun() {
  if (!lock_) return;
  std::error_code ignored;
  fs::remove_all(folder_.path(), ignored);
}

bool UnfinishedRun::put_in_place() {
  std::error_code error;
  fs::rename(folder_.path(), target_, error);
  if (error == std::errc::directory_not_empty || error == std::errc::file_exists) return false;
  if (error) throw Error(ErrorKind::store, target_.string() + ": cannot be written to: " + error.message());
  lock_.reset();
  sync_directory(target_.parent_path(), ErrorKind::store);
  return true;
}

}  // namespace folio::runs
