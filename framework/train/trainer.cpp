// How a run goes: each epoch takes the samples in an order of its own; each step takes a learning rate from the
// schedule, collates its batches, adds up their gradients, clips these, moves the weights and tells the recorder. Logs,
// evaluations and checkpoints follow a whole step, so a run that is asked to stop ends whole.
// Why so: losses and figures are to be those of Hugging Face's Trainer, whose loss is the mean over the labels of all
// batches of a step together. So a step has all its batches before it uses the first.

#include "train/trainer.h"

#include <cmath>
#include <string>
#include <utility>

#include "folio/error.h"
#include "support/human.h"
#include "train/evaluation.h"
#include "train/fingerprint.h"

namespace folio::train {

Trainer::Trainer(Model& model, const TrainingData& data, const TrainingArguments& arguments, const Execution& execution,
                 std::filesystem::path checkpoints, Recorder& recorder)
    : model_(model),
      data_(data),
      arguments_(arguments),
      execution_(execution),
      recorder_(recorder),
      plan_(plan_training(arguments, data.training.size())),
      schedule_(arguments, plan_),
      orders_(data.training, data.shuffle, arguments, plan_),
      optimizer_(make_optimizer(model.parameters(), arguments)),
      totals_(model),
      checkpoints_(std::move(checkpoints), arguments) {}

TrainingResult Trainer::run() {
  totals_.start();
  model_.training(true);
  if (arguments_.eval_on_start) recorder_.points(0, 0, evaluate_all());
  for (std::int64_t epoch = 0; epoch < plan_.epochs && !done(); ++epoch) {
    const EpochBatches batches(model_, data_, arguments_, plan_, epoch, orders_.next());
    for (std::int64_t update = 0; update < plan_.updates_per_epoch && !done(); ++update) {
      const double learning_rate = schedule_.learning_rate(totals_.steps());
      const StepBatches step = batches.step(update);
      StepTrace trace;
      if (arguments_.trace) trace = {.batch = hash_of(step.batches), .random_state = hash_of_random_state()};
      const double loss = forward_and_backward(step);
      check_finite(loss, learning_rate);
      const double grad_norm = optimizer_->step(learning_rate);  // clips, steps, and lets the gradients go

      totals_.add(step, loss);
      epoch_ = step.epoch;
      if (arguments_.trace) recorder_.traced({totals_.steps(), trace.batch, trace.random_state, loss, grad_norm});
      report_progress(loss);
      end_step(learning_rate, grad_norm);
      if (update + 1 == plan_.updates_per_epoch || complete()) end_epoch(learning_rate, grad_norm);
    }
  }
  return finish();
}

/// Adds up the gradients of the step's batches; gives its loss, that of all its labels over their number.
double Trainer::forward_and_backward(const StepBatches& step) {
  double loss = 0;
  for (const Batch& batch : step.batches) {
    at::Tensor batch_loss;
    {
      const PrecisionScope precision(execution_);
      Batch moved = to_device(batch, execution_.device);
      moved.label_smoothing = arguments_.label_smoothing_factor;
      batch_loss = model_.loss(moved, step.labels);
    }
    batch_loss.backward();
    loss += batch_loss.item<double>();  // waits for the device
  }
  return loss;
}

void Trainer::check_finite(double loss, double learning_rate) const {
  if (std::isfinite(loss)) return;
  throw Error(ErrorKind::run,
              "the loss became " + std::string(std::isnan(loss) ? "NaN" : "infinite") + " in step " +
                  std::to_string(totals_.steps() + 1) + " at a learning rate of " + significant(learning_rate) +
                  "; a lower training.learning_rate, some training.warmup_steps or precision: float32 usually help");
}

void Trainer::report_progress(double loss) {
  const auto steps = static_cast<double>(totals_.steps());
  const double seconds_left = totals_.seconds() / steps * (static_cast<double>(plan_.max_steps) - steps);
  recorder_.progress({totals_.steps(), plan_.max_steps, epoch_, loss, totals_.tokens_per_second(), seconds_left});
}

/// What is logged, evaluated and saved by steps. The last step is evaluated and saved, whatever the interval.
void Trainer::end_step(double learning_rate, double grad_norm) {
  const auto due = [&](Interval strategy, double every) {
    return strategy == Interval::steps && totals_.steps() % plan_.steps(every) == 0;
  };
  const bool first = totals_.steps() == 1 && arguments_.logging_first_step;
  if (first || due(arguments_.logging_strategy, arguments_.logging_steps)) log(learning_rate, grad_norm);
  const bool last = totals_.steps() == plan_.max_steps;
  if (evaluates_after(plan_, arguments_, totals_.steps())) evaluate_step();
  if ((last && arguments_.save_strategy == Interval::steps) || due(arguments_.save_strategy, arguments_.save_steps))
    checkpoints_.save(model_, totals_.steps());
}

/// What is logged, evaluated and saved by epochs, of which the last may be cut short.
void Trainer::end_epoch(double learning_rate, double grad_norm) {
  if (arguments_.logging_strategy == Interval::epoch) log(learning_rate, grad_norm);
  if (arguments_.eval_strategy == Interval::epoch && arguments_.eval_delay <= epoch_) evaluate_step();
  if (arguments_.save_strategy == Interval::epoch) checkpoints_.save(model_, totals_.steps());
}

/// One point: the mean loss since the last one, the gradients' norm before clipping, the learning rate just used.
void Trainer::log(double learning_rate, double grad_norm) {
  if (logged_step_ == totals_.steps()) return;  // the first step, where it is an epoch too
  logged_step_ = totals_.steps();
  recorder_.points(totals_.steps(), epoch_,
                   {{"loss", totals_.take_mean_loss()},
                    {"grad_norm", grad_norm},
                    {"learning_rate", learning_rate},
                    {"tokens_per_second", totals_.tokens_per_second()}});
}

void Trainer::evaluate_step() {
  evaluation_ = evaluate_all();
  evaluated_step_ = totals_.steps();
  recorder_.points(totals_.steps(), epoch_, evaluation_);
  checkpoints_.judge(evaluation_, totals_.steps());
  schedule_.evaluated(evaluation_.at(arguments_.metric_for_best_model));
}

Metrics Trainer::evaluate_all() {
  Evaluation evaluation = evaluate(model_, data_, arguments_.per_device_eval_batch_size, execution_, recorder_);
  evaluation_parts_ = std::move(evaluation.parts);
  return std::move(evaluation.metrics);
}

TrainingResult Trainer::finish() {
  // The loss on smoothed labels says nothing of the text's bits.
  const double bytes_per_token = arguments_.label_smoothing_factor > 0 ? 0 : data_.training_bytes_per_token;
  TrainingResult result{.metrics = totals_.metrics(plan_, bytes_per_token),
                        .evaluation_parts = {},
                        .steps = totals_.steps(),
                        .flops_per_second = totals_.flops_per_second(),
                        .interrupted = recorder_.stop_requested()};
  result.metrics["epoch"] = epoch_;
  result.metrics.merge(checkpoints_.best());
  const bool another = checkpoints_.load_best(model_, totals_.steps());
  if (data_.evaluation.size() > 0 && !result.interrupted)
    result.metrics.merge(another || evaluated_step_ != totals_.steps() ? evaluate_all() : Metrics(evaluation_));
  result.evaluation_parts = evaluation_parts_;
  result.metrics["peak_memory_bytes"] = peak_memory_bytes();  // which a large evaluation may have decided
  return result;
}

bool Trainer::complete() const { return totals_.steps() >= plan_.max_steps || checkpoints_.out_of_patience(); }

bool Trainer::done() const { return complete() || recorder_.stop_requested(); }

}  // namespace folio::train
