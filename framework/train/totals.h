#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "folio/model.h"
#include "train/batches.h"
#include "train/pace.h"
#include "train/recorder.h"
#include "train/training_plan.h"

namespace folio::train {

/// The largest resident size that this process has had.
double peak_memory_bytes();

/// What a run has done so far: steps, tokens, operations and losses. docs/metrics.md defines what is made of them.
class Totals {
 public:
  /// `model` must outlive this.
  explicit Totals(const Model& model) : model_(model) {}

  /// Starts the clock.
  void start() { start_ = last_step_ = Clock::now(); }

  /// What the run has done up to now, for a checkpoint; and back, before start(): the run goes on from there.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

  /// An optimizer step over these batches; `loss` is that of all their labels over their number, in nats.
  void add(const StepBatches& step, double loss);

  std::int64_t steps() const { return steps_; }
  /// Of training, the sessions before this one counted as far as the checkpoint has what they did.
  double seconds() const { return seconds_before_ + session_seconds(); }
  double tokens_per_second() const { return static_cast<double>(tokens_) / seconds(); }

  /// The mean loss of the steps since this was last asked, of which there must be one.
  double take_mean_loss();

  /// Floating-point operations of the steps' matrix products, over the time since the start.
  double flops_per_second() const { return flops_ / seconds(); }

  /// Those of the whole run, but for the epoch, the best step, the evaluation and matmul_share. `bytes_per_token` is 0
  /// where bits per byte mean nothing.
  Metrics metrics(const TrainingPlan& plan, double bytes_per_token) const;

  /// session_train_runtime, session_train_loss and session_steps where the run was resumed; else nothing.
  Metrics session_metrics() const;

 private:
  double session_seconds() const;

  using Clock = std::chrono::steady_clock;

  const Model& model_;
  Clock::time_point start_, last_step_;
  Pace pace_;
  double seconds_before_ = 0;      ///< of the sessions before this one
  std::int64_t steps_before_ = 0;  ///< the same
  double loss_sum_before_ = 0;     ///< the same
  std::int64_t steps_ = 0;
  std::int64_t tokens_ = 0;   ///< trained on, padding left out
  double padded_tokens_ = 0;  ///< padding counted
  double flops_ = 0;
  double nats_ = 0;        ///< cross-entropy of all labels
  double scored_ = 0;      ///< labels that are not ignored
  double loss_sum_ = 0;    ///< of all steps' losses
  double taken_loss_ = 0;  ///< the part of loss_sum_ that take_mean_loss() has told
  std::int64_t taken_steps_ = 0;
};

}  // namespace folio::train
