#pragma once

#include <cstdint>
#include <vector>

#include "train/recorder.h"

namespace folio::train {

/// Keeps what the trainer tells; can ask it to stop after some steps.
class FakeRecorder : public Recorder {
 public:
  explicit FakeRecorder(std::int64_t stop_after = -1) : stop_after_(stop_after) {}

  void points(std::int64_t, double epoch, const Metrics& metrics) override {
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
  void evaluating(std::int64_t, std::int64_t) override {}
  bool stop_requested() const override { return step_ == stop_after_; }

  std::vector<double> losses, grad_norms, epochs;
  std::vector<Metrics> evaluations;
  std::vector<StepTrace> traces;

 private:
  std::int64_t stop_after_;
  std::int64_t step_ = 0;
};

}  // namespace folio::train
