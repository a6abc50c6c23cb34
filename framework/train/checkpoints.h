#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/recorder.h"

namespace folio::train {

/// The models that a run saves on its way, and which of them is the best, as Trainer and EarlyStoppingCallback have it:
/// after each evaluation the value of training.metric_for_best_model decides.
class Checkpoints {
 public:
  /// They go into `folder`, which is made when it is needed. `arguments` must outlive this.
  Checkpoints(std::filesystem::path folder, const TrainingArguments& arguments);

  /// Saves the model as it is after `step`, and removes the oldest beyond training.save_total_limit. Throws Error (run)
  /// where it cannot be written.
  void save(const Model& model, std::int64_t step);

  /// Takes the metrics of the evaluation after `step` into account.
  void judge(const Metrics& metrics, std::int64_t step);

  /// Whether as many evaluations in a row as training.early_stopping_patience has brought no gain.
  bool out_of_patience() const;

  /// Gives the model, as it is after `step`, the weights of the best checkpoint where training.load_best_model_at_end
  /// asks for it, and leaves that one alone where training.save_total_limit is 1. Whether the model is another now: not
  /// where its own step is the best, or the best one was not saved.
  bool load_best(Model& model, std::int64_t step);

  /// best_metric and best_step; nothing before the first evaluation.
  Metrics best() const;

 private:
  std::filesystem::path path_of(std::int64_t step) const;
  void remove_oldest();

  std::filesystem::path folder_;
  const TrainingArguments& arguments_;
  std::vector<std::int64_t> steps_;  ///< of those that are kept, oldest first
  std::optional<double> best_metric_;
  std::int64_t best_step_ = 0;
  std::int64_t evaluations_without_gain_ = 0;
};

}  // namespace folio::train
