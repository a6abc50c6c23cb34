#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "train/recorder.h"

namespace folio::train {

/// Of the cases of tests/reference/trainer_reference.py and family_trainer_reference.py.
constexpr std::int64_t kReferenceSamples = 21;

/// Between float32 here and float64 in these references, whose cases rounding does not grow in (trainer_run.py).
constexpr double kReferenceTolerance = 3e-6;

/// As the speeds count them, which are of the same time.
inline double samples_per_step(const Metrics& metrics) {
  return metrics.at("train_samples_per_second") / metrics.at("train_steps_per_second");
}

/// About: train_runtime is rounded to 0.0001 s, the speed to 0.001.
inline double steps_done(const Metrics& metrics) {
  return metrics.at("train_steps_per_second") * metrics.at("train_runtime");
}

/// Keeps what the trainer tells; can ask it to stop after some steps.
class FakeRecorder : public Recorder {
 public:
  explicit FakeRecorder(std::int64_t stop_after = -1) : stop_after_(stop_after) {}

  struct Entry {
    std::int64_t step;
    double epoch;
    Metrics metrics;
  };

  void points(std::int64_t step, double epoch, const Metrics& metrics) override {
    entries.push_back({step, epoch, metrics});
    if (!metrics.contains("loss")) {
      evaluations.push_back(metrics);
      return;
    }
    losses.push_back(metrics.at("loss"));
    grad_norms.push_back(metrics.at("grad_norm"));
    epochs.push_back(epoch);
  }
  void traced(const StepTrace& step) override { traces.push_back(step); }
  void progress(const StepProgress& progress) override { step_ = progress.step; }
  void evaluating(std::int64_t done, std::int64_t) override { evaluations_begun += done == 0 ? 1 : 0; }
  void sample(std::int64_t step) override { sampled.push_back(step); }
  void saving(std::int64_t step, bool beside_training) override { saved.emplace_back(step, beside_training); }
  bool stop_requested() const override { return step_ == stop_after_; }

  std::vector<double> losses, grad_norms, epochs;
  std::vector<Metrics> evaluations;
  std::vector<Entry> entries;  ///< all of them
  std::vector<StepTrace> traces;
  std::vector<std::pair<std::int64_t, bool>> saved;
  std::vector<std::int64_t> sampled;
  std::int64_t evaluations_begun = 0;

 private:
  std::int64_t stop_after_;
  std::int64_t step_ = 0;
};

/// A folder of this process alone: two runs of the tests may go on at once.
inline std::filesystem::path scratch_folder(const std::string& name) {
  return std::filesystem::temp_directory_path() / (name + "_" + std::to_string(::getpid()));
}

}  // namespace folio::train
