#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace folio::train {

using Metrics = std::map<std::string, double>;

/// Where a training run stands, for whoever watches.
struct StepProgress {
  std::int64_t step = 0;
  std::int64_t max_steps = 0;
  double epoch = 0;
  double loss = 0;
  double tokens_per_second = 0;
  double seconds_left = 0;
};

/// What an optimizer step was made of, to hold two runs that should be equal against each other.
struct StepTrace {
  std::int64_t step = 0;           ///< counted from one
  std::uint64_t batch = 0;         ///< hash of inputs and labels
  std::uint64_t random_state = 0;  ///< hash of the state before the step
  double loss = 0;
  double grad_norm = 0;
};

/// Receives what a training run has to tell. The trainer knows nothing of files, stores or terminals.
class Recorder {
 public:
  virtual ~Recorder() = default;

  /// A logged point, kept for ever: what it throws ends the run.
  virtual void points(std::int64_t step, double epoch, const Metrics& metrics) = 0;

  /// After each step with training.trace; kept.
  virtual void traced(const StepTrace& step) = 0;

  /// After each step; may be dropped.
  virtual void progress(const StepProgress& progress) = 0;

  /// During an evaluation, from its beginning with 0 on; may be dropped.
  virtual void evaluating(std::int64_t done, std::int64_t total) = 0;

  /// The time for a sample of what the model writes, which may turn its training mode off; kept.
  virtual void sample(std::int64_t step) = 0;

  /// A checkpoint is being saved: beside the training, or, where there was no memory for a copy, before it went on.
  virtual void saving(std::int64_t step, bool beside_training) = 0;

  /// Asked after each step, and between the batches of one: true ends the run after its last whole step.
  virtual bool stop_requested() const = 0;
};

}  // namespace folio::train
