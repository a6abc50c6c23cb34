#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/batches.h"
#include "train/execution.h"
#include "train/loss_parts.h"
#include "train/optimization/optimizer.h"
#include "train/optimization/schedule.h"
#include "train/recorder.h"
#include "train/saving/checkpoints.h"
#include "train/saving/save_cost.h"
#include "train/totals.h"
#include "train/training_data.h"
#include "train/training_plan.h"

namespace folio::train {

struct TrainingResult {
  /// train_runtime, train_samples_per_second, train_steps_per_second, train_loss, epoch, total_flos and what Folio
  /// adds; with evaluation data the final model's eval_loss and its company.
  Metrics metrics;
  LossParts evaluation_parts;  ///< of the last evaluation; none without one
  std::int64_t steps = 0;
  /// Of the steps' matrix products, over train_runtime. Not known where something is frozen: what is saved then depends
  /// on the model's own structure.
  std::optional<double> flops_per_second;
  bool interrupted = false;  ///< the recorder asked to stop
};

/// Trains a model with the semantics of Hugging Face's Trainer (5.24): the same order of samples, the same losses over
/// accumulated batches, the same clipping, schedule and figures. docs/metrics.md has the definitions.
class Trainer {
 public:
  /// All references must outlive the trainer. Checkpoints go into `checkpoints`, which is made when it is needed.
  Trainer(Model& model, const TrainingData& data, const TrainingArguments& arguments, const Execution& execution,
          std::filesystem::path checkpoints, Recorder& recorder);

  /// What each checkpoint is to have beside what training needs: `context` in its training.json, and files that do not
  /// change, by name.
  void describe_checkpoints(nlohmann::json context, std::map<std::string, std::string> files = {}) {
    context_ = std::move(context);
    files_ = std::move(files);
  }

  /// Goes on from a checkpoint of such a run, which verify_checkpoint() has found whole: model, optimizer, random state
  /// and all counts are as they were, so that what follows is bit for bit what would have followed. Call it before
  /// run(). Throws Error (run) naming what does not fit.
  void resume_from(const std::filesystem::path& checkpoint);

  /// Makes run() end after so many steps as if somebody had asked it to, once they are logged and evaluated as they are
  /// in a run that goes on.
  void stop_after(std::int64_t steps) { stop_after_ = steps; }

  /// Trains to the end, until the recorder asks to stop, or until early stopping. One that is asked to stop saves where
  /// it is. Throws Error (run) when the loss is no longer a number, or a checkpoint cannot be written.
  TrainingResult run();

 private:
  void train_epoch(std::int64_t epoch, data::SampleOrder order);
  std::optional<double> forward_and_backward(const StepBatches& step);
  void check_finite(double loss, double learning_rate) const;
  void report_progress(double loss);
  void end_step(double learning_rate, double grad_norm);
  void log(double learning_rate, double grad_norm);
  void evaluate_step();
  void sample_step();
  bool evaluate_all();
  bool saves_on_the_way() const;
  void save();
  CheckpointContents checkpoint() const;
  nlohmann::json state() const;
  TrainingResult finish();
  void end_on_disk();
  bool complete() const;
  bool stops() const;
  bool done() const;

  Model& model_;
  const TrainingData& data_;
  const TrainingArguments& arguments_;
  Execution execution_;
  Recorder& recorder_;
  TrainingPlan plan_;
  Schedule schedule_;
  EpochOrders orders_;
  std::unique_ptr<Optimizer> optimizer_;
  Totals totals_;
  Checkpoints checkpoints_;
  SaveCost save_cost_;
  double saved_seconds_ = 0;  ///< totals_.seconds() when the last checkpoint was begun
  nlohmann::json context_;
  std::map<std::string, std::string> files_;
  std::optional<std::int64_t> stop_after_;
  double epoch_ = 0;  ///< epochs done
  std::int64_t logged_step_ = 0;
  std::int64_t evaluated_step_ = -1;
  std::int64_t sampled_step_ = -1;
  Metrics evaluation_;  ///< of that step; empty where it was in an earlier session
  LossParts evaluation_parts_;
};

/// The `context` of a checkpoint, an object. Throws Error (run) naming the file.
nlohmann::json context_of(const std::filesystem::path& checkpoint);

/// The steps that were done, as the checkpoint's own counts tell them. Throws Error (run).
std::int64_t steps_of(const std::filesystem::path& checkpoint);

/// The step of the best checkpoint so far, as this one tells it; none before an evaluation. Throws Error (run).
std::optional<std::int64_t> best_step_of(const std::filesystem::path& checkpoint);

}  // namespace folio::train
