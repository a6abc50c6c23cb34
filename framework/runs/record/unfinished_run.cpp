#include "runs/record/unfinished_run.h"

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "support/atomic_folder.h"
#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

// A leading dot hides it from whoever looks for runs.
constexpr std::string_view kUnfinished = ".new-";

}  // namespace

void UnfinishedRun::remove_abandoned(const fs::path& results) {
  remove_unlocked_folders(runs_folder(results), [](std::string_view name) { return name.starts_with(kUnfinished); });
}

std::optional<UnfinishedRun> UnfinishedRun::make(const fs::path& results, const std::string& id) {
  const fs::path runs = runs_folder(results);
  make_directories(runs, ErrorKind::store);
  const fs::path path = runs / (std::string(kUnfinished) + id);
  FileDescriptor lock = make_locked_folder(path);
  if (!lock && errno != EEXIST) throw_errno(ErrorKind::store, path, "cannot be written to");
  if (!lock) return std::nullopt;
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
