#include "worker/training/run_recorder.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <iostream>
#include <utility>

#include "support/passwords.h"
#include "support/utf8.h"

namespace folio::worker {

void tell_warnings(const std::vector<std::string>& warnings, ProgressLines& progress) {
  for (const std::string& warning : warnings) {
    const std::string told = without_passwords(without_controls(warning));
    fmt::print(std::cerr, "{}\n", told);
    progress.write({{"warning", told}});
  }
}

RunRecorder::RunRecorder(runs::EventWriter& events, ProgressLines& progress, StopRequest& stop,
                         std::filesystem::path trace, std::int64_t steps, std::function<SampleText()> write)
    : events_(events),
      progress_(progress),
      stop_(stop),
      trace_file_(std::move(trace)),
      steps_(steps),
      write_(std::move(write)) {}

void RunRecorder::points(std::int64_t step, double epoch, const train::Metrics& metrics) {
  events_.points(step, epoch, metrics);
  progress_.write({{"points", metrics}, {"step", step}, {"epoch", epoch}});
}

void RunRecorder::traced(const train::StepTrace& step) {
  if (!trace_) trace_.emplace(trace_file_, steps_);
  trace_->append({step.step, step.batch, step.random_state, step.loss, step.grad_norm});
}

void RunRecorder::progress(const train::StepProgress& at) {
  events_.require_in_place();  // before a checkpoint would make the folders anew
  progress_.write({{"step", at.step},
                   {"max_steps", at.max_steps},
                   {"epoch", at.epoch},
                   {"loss", at.loss},
                   {"tokens_per_second", at.tokens_per_second},
                   {"seconds_left", at.seconds_left}});
}

void RunRecorder::evaluating(std::int64_t done, std::int64_t total) {
  progress_.stage("Evaluating", static_cast<double>(done), static_cast<double>(total));
}

void RunRecorder::sample(std::int64_t step) {
  const SampleText sample = write_();
  events_.sample(step, sample.prompt, sample.text);
  fmt::print(std::cerr, "Sample after step {}: {}\n", step,
             without_controls(sample.prompt + sample.text, /*keep_lines=*/true));
  progress_.write({{"wrote", sample.prompt + sample.text}, {"step", step}});
}

void RunRecorder::saving(std::int64_t step, bool beside_training) {
  if (beside_training || told_of_memory_) return;
  told_of_memory_ = true;
  tell_warnings({fmt::format("there is no memory for a copy of what a checkpoint holds, so training waits while it is "
                             "written (first after step {})",
                             step)},
                progress_);
}

}  // namespace folio::worker
