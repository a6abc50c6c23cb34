#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "support/machine/memory_limit.h"
#include "train/saving/room.h"
#include "train/saving/tensor_files.h"

namespace folio::train {

/// What a checkpoint is made of. The tensors are those that are in use; the texts are made already.
struct CheckpointContents {
  std::int64_t step = 0;
  std::map<std::string, std::vector<NamedTensor>> tensor_files;  ///< by name of the file
  std::map<std::string, std::string> texts;                      ///< by name of the file
  std::vector<std::int64_t> outdated;  ///< steps of the checkpoints that are removed once this one is on the disk
};

/// Writes checkpoints beside the training. Each is a folder of its own, made under another name: its files are written
/// and synced, then the manifest, then the folder is renamed and the one above it synced. So a checkpoint is there
/// whole or not at all, and the ones before it are not touched.
///
/// While one is written the training goes on with a copy in memory; where there is no room for that, it waits. There
/// are at most two copies: where saves come faster than the disk takes them, training waits for the one before the
/// last. Used by one thread.
class CheckpointWriter {
 public:
  /// `free_memory` says how many bytes a copy may take. Removes what a killed process left half-written in `folder`,
  /// which nobody else may be writing to.
  explicit CheckpointWriter(std::filesystem::path folder, std::function<double()> free_memory = available_memory);
  /// Waits for what is being written, whose errors are lost: finish() has them.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Makes memory ready for checkpoints of so many bytes, which come while the training goes on. Call once, first.
  void expect(std::size_t bytes);

  enum class Where { beside_training, before_training };
  /// Begins to write it, and says whether training waited for that. Throws Error (run) where this or an earlier one
  /// could not be written, naming the path.
  Where save(CheckpointContents contents);

  /// Returns as soon as the tensors that were given to save() may change.
  void let_tensors_change();

  /// Waits until all are on the disk. Throws as save().
  void finish();

  /// Whether one is being copied or written.
  bool at_work() const;

 private:
  struct Job {
    std::future<void> copied;
    std::shared_future<void> done;
  };
  void throw_what_failed();

  std::filesystem::path folder_;
  std::function<double()> free_memory_;
  SpareRoom spare_room_;  ///< the jobs use it
  std::deque<Job> jobs_;  ///< in the order in which they are written
};

}  // namespace folio::train
