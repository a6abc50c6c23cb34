#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runs/record/events.h"
#include "runs/record/trace.h"
#include "train/recorder.h"
#include "worker/progress_lines.h"
#include "worker/sample_text.h"
#include "worker/stop_request.h"

namespace folio::worker {

/// Puts warnings into the run's log, and tells them to whoever watches.
void tell_warnings(const std::vector<std::string>& warnings, ProgressLines& progress);

/// Writes what the trainer tells into the run's events, and to whoever watches.
class RunRecorder : public train::Recorder {
 public:
  /// `trace` is made when the first step is traced; of a run that goes on after `steps` steps it goes on too. `write`
  /// has the model write a sample.
  RunRecorder(runs::EventWriter& events, ProgressLines& progress, StopRequest& stop, std::filesystem::path trace,
              std::int64_t steps, std::function<SampleText()> write);

  void points(std::int64_t step, double epoch, const train::Metrics& metrics) override;
  void traced(const train::StepTrace& step) override;
  void progress(const train::StepProgress& at) override;
  void evaluating(std::int64_t done, std::int64_t total) override;
  void sample(std::int64_t step) override;
  void saving(std::int64_t step, bool beside_training) override;
  bool stop_requested() const override { return stop_.wanted(); }

 private:
  runs::EventWriter& events_;
  ProgressLines& progress_;
  StopRequest& stop_;
  std::filesystem::path trace_file_;
  std::int64_t steps_;
  std::function<SampleText()> write_;
  bool told_of_memory_ = false;
  std::optional<runs::TraceWriter> trace_;
};

}  // namespace folio::worker
