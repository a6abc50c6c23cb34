#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runs/record/run_folder.h"
#include "support/files.h"

namespace folio::runs {

/// The folder of a run that is being made, hidden from whoever lists runs until it is put in place; removed where that
/// is not reached. It is locked as long as its maker lives, which tells it from what a killed one left.
class UnfinishedRun {
 public:
  /// Empty where another process makes a run of this id at this moment. Throws Error (store) naming the path that
  /// cannot be written.
  static std::optional<UnfinishedRun> make(const std::filesystem::path& results, const std::string& id);

  /// Removes what killed makers left. A file system without locks keeps it.
  static void remove_abandoned(const std::filesystem::path& results);

  UnfinishedRun(UnfinishedRun&& other) = default;
  UnfinishedRun& operator=(UnfinishedRun&&) = delete;
  ~UnfinishedRun();

  const RunFolder& folder() const { return folder_; }

  /// Makes it a run, on the disk too; false when a run of that id is there already. Throws Error (store).
  bool put_in_place();

 private:
  UnfinishedRun(const std::filesystem::path& runs, const std::string& id, FileDescriptor lock);

  RunFolder folder_;
  std::filesystem::path target_;
  FileDescriptor lock_;  ///< none once it is put in place or moved from
};

}  // namespace folio::runs
