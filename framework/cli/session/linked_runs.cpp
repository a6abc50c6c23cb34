#include "cli/session/linked_runs.h"

#include <cstdlib>

#include "runs/record/run_folder.h"
#include "support/error.h"
#include "support/files.h"
#include "support/utf8.h"

namespace folio::cli {

namespace fs = std::filesystem;

bool are_run_folders(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::error_code error;
    if (!fs::exists(fs::path(name) / "run.json", error)) return false;
  }
  return !names.empty();
}

LinkedRuns::LinkedRuns(const std::vector<std::string>& folders) {
  std::string pattern = (fs::temp_directory_path() / "folio-runs-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw_errno(ErrorKind::run, pattern, "cannot be made");
  results_ = pattern;
  fs::create_directory(runs::runs_folder(results_));
  for (const std::string& folder : folders) {
    const fs::path path = fs::canonical(folder);
    const std::string id = path.filename().string();
    std::error_code error;
    fs::create_directory_symlink(path, runs::runs_folder(results_) / id, error);
    if (error == std::errc::file_exists)
      throw Error(ErrorKind::usage, "two of the folders are called " + without_controls(id) + ", and so would be runs");
    if (error) throw Error(ErrorKind::run, pattern + ": " + error.message());
    ids_.push_back(id);
  }
}

LinkedRuns::~LinkedRuns() {
  std::error_code ignored;
  fs::remove_all(results_, ignored);  // the links, not what they lead to
}

runs::Store LinkedRuns::open() const {
  runs::Store store = runs::Store::in_memory_of(results_);
  const std::vector<runs::UnreadRun> unread = store.sync();
  if (!unread.empty()) throw Error(ErrorKind::store, unread.front().message);
  return store;
}

fs::path LinkedRuns::folder_of(const std::string& id) const { return fs::canonical(runs::runs_folder(results_) / id); }

}  // namespace folio::cli
