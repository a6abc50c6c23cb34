#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runs/store/store.h"

namespace folio::cli {

/// Whether each of the names is the path of a run's folder, which has a run.json.
bool are_run_folders(const std::vector<std::string>& names);

/// Runs whose folders lie anywhere: a copy from another machine, an archive. They are read where they are, through a
/// results folder of links to them that is removed at the end.
class LinkedRuns {
 public:
  /// Throws Error (usage) where two folders have one name, (run) where the links cannot be made.
  explicit LinkedRuns(const std::vector<std::string>& folders);
  ~LinkedRuns();
  LinkedRuns(const LinkedRuns&) = delete;
  LinkedRuns& operator=(const LinkedRuns&) = delete;

  /// Of these runs alone, in memory. Throws Error (store) where one cannot be read.
  runs::Store open() const;

  const std::vector<std::string>& ids() const { return ids_; }

  /// Where a run of open() really lies.
  std::filesystem::path folder_of(const std::string& id) const;

 private:
  std::filesystem::path results_;
  std::vector<std::string> ids_;
};

}  // namespace folio::cli
