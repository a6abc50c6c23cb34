#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "folio/model.h"
#include "train/arguments.h"
#include "train/batches.h"
#include "train/checkpoints.h"
#include "train/execution.h"
#include "train/loss_parts.h"
#include "train/optimization/optimizer.h"
#include "train/optimization/schedule.h"
#include "train/recorder.h"
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
  double flops_per_second = 0;  ///< of the steps' matrix products, over train_runtime
  bool interrupted = false;     ///< the recorder asked to stop
};

/// Trains a model with the semantics of Hugging Face's Trainer (5.24): the same order of samples, the same losses over
/// accumulated batches, the same clipping, schedule and figures. docs/metrics.md has the definitions.
class Trainer {
 public:
  /// All references must outlive the trainer. Checkpoints go into `checkpoints`, which is made when it is needed.
  Trainer(Model& model, const TrainingData& data, const TrainingArguments& arguments, const Execution& execution,
          std::filesystem::path checkpoints, Recorder& recorder);

  /// Trains to the end, until the recorder asks to stop, or until early stopping. Throws Error (run) when the loss is
  /// no longer a number.
  TrainingResult run();

 private:
  double forward_and_backward(const StepBatches& step);
  void check_finite(double loss, double learning_rate) const;
  void report_progress(double loss);
  void end_step(double learning_rate, double grad_norm);
  void end_epoch(double learning_rate, double grad_norm);
  void log(double learning_rate, double grad_norm);
  void evaluate_step();
  Metrics evaluate_all();
  TrainingResult finish();
  bool complete() const;
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
  double epoch_ = 0;  ///< epochs done
  std::int64_t logged_step_ = 0;
  std::int64_t evaluated_step_ = -1;  ///< to which evaluation_ belongs
  Metrics evaluation_;
  LossParts evaluation_parts_;
};

}  // namespace folio::train
