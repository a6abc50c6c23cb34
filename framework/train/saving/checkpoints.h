#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/recorder.h"
#include "train/saving/checkpoint_writer.h"

namespace folio::train {

/// The checkpoints that a run saves on its way, and which of them is the best, as Trainer and EarlyStoppingCallback
/// have it: after each evaluation the value of training.metric_for_best_model decides.
class Checkpoints {
 public:
  /// They go into `folder`, which is made when it is needed. `arguments` must outlive this.
  Checkpoints(std::filesystem::path folder, const TrainingArguments& arguments);

  void expect(std::size_t bytes) { writer_.expect(bytes); }

  /// Begins to save the checkpoint of contents.step, and to remove the oldest beyond training.save_total_limit once it
  /// is on the disk. The tensors must not change before let_tensors_change(). Throws Error (run) naming what could not
  /// be written, now or since the last time.
  CheckpointWriter::Where save(CheckpointContents contents);

  bool has(std::int64_t step) const;
  bool saving() const { return writer_.at_work(); }
  void let_tensors_change() { writer_.let_tensors_change(); }

  /// Waits until all are on the disk. Throws as save().
  void finish() { writer_.finish(); }

  /// Takes the metrics of the evaluation after `step` into account.
  void judge(const Metrics& metrics, std::int64_t step);

  /// Whether as many evaluations in a row as training.early_stopping_patience has brought no gain.
  bool out_of_patience() const;

  /// Gives the model, as it is after `step`, the weights of the best checkpoint where training.load_best_model_at_end
  /// asks for it, and leaves that one alone where training.save_total_limit is 1. Whether the model is another now: not
  /// where its own step is the best, or the best one was not saved. All must be on the disk.
  bool load_best(Model& model, std::int64_t step);

  /// best_metric and best_step; nothing before the first evaluation.
  Metrics best() const;

  /// What is known besides the files, for a checkpoint, and back. What the folder has beyond `step` belongs to a part
  /// of the run that is done anew: it is kept, but is no checkpoint any more.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state, std::int64_t step);

 private:
  std::vector<std::int64_t> outdated_by_another();

  std::filesystem::path folder_;
  const TrainingArguments& arguments_;
  std::vector<std::int64_t> steps_;  ///< of those that are kept, oldest first
  std::optional<double> best_metric_;
  std::int64_t best_step_ = 0;
  std::int64_t evaluations_without_gain_ = 0;
  CheckpointWriter writer_;
};

}  // namespace folio::train
