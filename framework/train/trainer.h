#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "data/collator.h"
#include "data/sample_order.h"
#include "data/samples.h"
#include "folio/model.h"
#include "train/adamw.h"
#include "train/arguments.h"
#include "train/evaluation.h"
#include "train/precision.h"
#include "train/recorder.h"
#include "train/schedule.h"
#include "train/training_plan.h"

namespace folio::train {

/// What is trained and evaluated on.
struct TrainingData {
  const data::Samples& training;
  const data::Samples& evaluation;  ///< may be empty
  const data::Collator& collator;   ///< makes batches of both
  bool shuffle;
  double training_bytes_per_token = 0;  ///< 0 where bits per byte mean nothing: the objective does not say every token
  double evaluation_bytes_per_token = 0;
  std::span<const EvaluationDocument> documents = {};  ///< parts of the evaluation set
};

struct TrainingResult {
  /// train_runtime, train_samples_per_second, train_steps_per_second, train_loss, epoch, total_flos and what Folio
  /// adds; with evaluation data the final model's eval_loss and its company.
  Metrics metrics;
  std::int64_t steps = 0;
  bool interrupted = false;  ///< the recorder asked to stop
};

/// Trains a model with the semantics of Hugging Face's Trainer (5.23): the same order of samples, the same losses over
/// accumulated batches, the same clipping, schedule and figures. docs/metrics.md has the definitions.
class Trainer {
 public:
  /// All references must outlive the trainer. Checkpoints go into `checkpoints`, which is made when it is needed.
  /// `matmul_rate` is measure_matmul_rate()'s.
  Trainer(Model& model, const TrainingData& data, const TrainingArguments& arguments, const Effective& effective,
          double matmul_rate, std::filesystem::path checkpoints, Recorder& recorder);

  /// Trains to the end, until the recorder asks to stop, or until early stopping. Throws Error (run) when the loss is
  /// no longer a number.
  TrainingResult run();

 private:
  using Clock = std::chrono::steady_clock;

  double train_on(const data::SampleOrder& order, std::int64_t update);
  void check_finite(double loss, double learning_rate) const;
  bool due(Interval strategy, double every, bool epoch_ends) const;
  void log(double learning_rate, double grad_norm);
  void report_progress(double loss);
  Metrics evaluate_all();
  void evaluate_and_judge();
  std::filesystem::path checkpoint(std::int64_t step) const;
  void save_checkpoint();
  void drop_old_checkpoints();
  Metrics final_metrics(double seconds) const;

  double epoch() const;
  bool done() const { return step_ >= plan_.max_steps || stopped_early_ || recorder_.stop_requested(); }

  Model& model_;
  const TrainingData& data_;
  const TrainingArguments& arguments_;
  Effective effective_;
  double matmul_rate_;
  std::filesystem::path checkpoint_folder_;
  Recorder& recorder_;
  TrainingPlan plan_;
  Schedule schedule_;
  AdamW optimizer_;

  Clock::time_point start_;
  StepTrace trace_;           ///< of the step that is being done
  std::int64_t step_ = 0;     ///< optimizer steps done
  std::int64_t batches_ = 0;  ///< batches done in this epoch
  std::int64_t whole_epochs_ = 0;
  std::int64_t tokens_ = 0;   ///< trained on, padding left out
  double padded_tokens_ = 0;  ///< padding counted
  double flops_ = 0;
  double nats_ = 0;             ///< cross-entropy of all tokens scored
  double scored_ = 0;           ///< how many these were
  double loss_sum_ = 0;         ///< of all steps' losses
  double logged_loss_sum_ = 0;  ///< of those already logged
  std::int64_t logged_step_ = 0;

  bool stopped_early_ = false;
  std::int64_t evaluations_without_gain_ = 0;
  std::optional<double> best_metric_;
  std::int64_t best_step_ = 0;
  std::vector<std::int64_t> checkpoints_;  ///< steps, oldest first
};

}  // namespace folio::train
