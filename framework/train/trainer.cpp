// How a run goes: each epoch takes the samples in an order of its own; each step takes a learning rate from the
// schedule, collates its batches, adds up their gradients, clips these, moves the weights and tells the recorder. Logs,
// evaluations and checkpoints follow a whole step, so a run that is asked to stop ends whole, and a checkpoint has no
// half of one.
// Why so: losses and figures are to be those of Hugging Face's Trainer, whose loss is the mean over the labels of all
// batches of a step together. So a step has all its batches before it uses the first.

#include "train/trainer.h"

#include <ATen/ops/isfinite.h>

#include <cmath>
#include <string>
#include <utility>

#include "folio/error.h"
#include "formats/strict_json.h"
#include "support/files.h"
#include "support/human.h"
#include "train/evaluation.h"
#include "train/fine_tuning.h"
#include "train/fingerprint.h"
#include "train/saving/model_files.h"
#include "train/saving/random_state.h"
#include "train/saving/tensor_files.h"

namespace folio::train {
namespace {

/// Throws Error (run) where the weights that training began with can give no loss.
void check_weights(const Model& model) {
  for (const Parameter& parameter : model.parameters())
    if (!at::isfinite(parameter.tensor).all().item<bool>())
      throw Error(ErrorKind::run, "the weights that the model begins with are not all finite numbers, those of " +
                                      parameter.name +
                                      " for one: what they were taken from is damaged, or its "
                                      "training failed");
}

/// A checkpoint's files beside the model's own.
constexpr const char* kTensorFile = "training.safetensors";
constexpr const char* kStateFile = "training.json";

/// Gives what `read` makes of the checkpoint's counts.
template <typename Read>
auto read_state(const std::filesystem::path& checkpoint, const Read& read) {
  const std::filesystem::path file = checkpoint / kStateFile;
  const nlohmann::json state = parse_strict_json(read_file(file), file.string());
  try {
    return read(state);
  } catch (const nlohmann::json::exception&) {  // it is whole, so another program wrote it
    throw Error(ErrorKind::run, file.string() + ": is not what this version of Folio writes");
  }
}

}  // namespace

nlohmann::json context_of(const std::filesystem::path& checkpoint) {
  return read_state(checkpoint, [](const nlohmann::json& state) { return state.at("context"); });
}

std::int64_t steps_of(const std::filesystem::path& checkpoint) {
  return read_state(checkpoint, [&](const nlohmann::json& state) {
    const nlohmann::json& totals = state.at("totals");
    const bool sound = totals.at("steps").is_number_integer() && totals["steps"] >= 0 &&
                       totals.at("seconds").is_number() && totals["seconds"] >= 0 && state.at("epoch").is_number() &&
                       state["epoch"] >= 0;
    if (!sound)
      throw Error(ErrorKind::run,
                  (checkpoint / kStateFile).string() + ": has steps, seconds or epochs that none can have");
    return totals["steps"].get<std::int64_t>();
  });
}

std::optional<std::int64_t> best_step_of(const std::filesystem::path& checkpoint) {
  return read_state(checkpoint, [](const nlohmann::json& state) {
    const nlohmann::json& saved = state.at("checkpoints");
    return saved.at("best_metric").is_null() ? std::nullopt : std::optional<std::int64_t>(saved.at("best_step"));
  });
}

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

void Trainer::resume_from(const std::filesystem::path& checkpoint) {
  restore_model(model_, checkpoint);
  const std::filesystem::path tensors = checkpoint / kTensorFile;
  const SafetensorsFile file(tensors);
  optimizer_->load_state(file, tensors);
  restore_random_state(file, tensors, execution_.device);
  read_state(checkpoint, [&](const nlohmann::json& state) {
    totals_.restore(state.at("totals"));
    saved_seconds_ = state.at("totals").at("seconds");
    schedule_.restore(state.at("schedule"));
    checkpoints_.restore(state.at("checkpoints"), totals_.steps());
    epoch_ = state.at("epoch");
    logged_step_ = sampled_step_ = totals_.steps();  // a checkpoint comes after the log
    evaluated_step_ = state.at("evaluated_step");
    return true;
  });
}

TrainingResult Trainer::run() {
  totals_.start();
  model_.training(true);
  if (saves_on_the_way()) checkpoints_.expect(bytes_of(model_files(model_).tensors) + bytes_of(optimizer_->state()));
  const std::int64_t first_epoch = totals_.steps() / plan_.updates_per_epoch;
  if (totals_.steps() > 0)
    end_step(schedule_.learning_rate(totals_.steps() - 1), std::nan(""));  // where the checkpoint cut it short
  else if (arguments_.eval_on_start && evaluate_all())
    recorder_.points(0, 0, evaluation_);
  for (std::int64_t epoch = 0; epoch < plan_.epochs && !done(); ++epoch) {
    data::SampleOrder order = orders_.next();  // of earlier epochs too: one may follow from the other
    if (epoch >= first_epoch) train_epoch(epoch, std::move(order));
  }
  return finish();
}

/// From where the run is in it to its end.
void Trainer::train_epoch(std::int64_t epoch, data::SampleOrder order) {
  const EpochBatches batches(model_, data_, arguments_, plan_, epoch, std::move(order));
  for (std::int64_t update = totals_.steps() - epoch * plan_.updates_per_epoch;
       update < plan_.updates_per_epoch && !done(); ++update) {
    const double begin = totals_.seconds();
    const bool saving = checkpoints_.saving();
    const double learning_rate = schedule_.learning_rate(totals_.steps());
    const StepBatches step = batches.step(update);
    StepTrace trace;
    if (arguments_.trace) trace = {.batch = hash_of(step.batches), .random_state = hash_of_random_state()};
    const std::optional<double> loss = forward_and_backward(step);
    if (!loss) return;
    check_finite(*loss, learning_rate);
    save_cost_.wait_for([&] { checkpoints_.let_tensors_change(); });
    const double grad_norm = optimizer_->step(learning_rate);  // clips, steps, and lets the gradients go

    totals_.add(step, *loss);
    epoch_ = step.epoch;
    save_cost_.add_step(totals_.seconds() - begin, saving);
    if (arguments_.trace) recorder_.traced({totals_.steps(), trace.batch, trace.random_state, *loss, grad_norm});
    report_progress(*loss);
    end_step(learning_rate, grad_norm);
  }
}

/// Adds up the gradients of the step's batches; gives its loss, that of all its labels over their number. None where
/// the run is to stop: then the step was not begun, as far as gradients and random numbers tell.
std::optional<double> Trainer::forward_and_backward(const StepBatches& step) {
  const std::vector<NamedTensor> random_before =
      step.batches.size() > 1 ? random_state(execution_.device) : std::vector<NamedTensor>();
  double loss = 0;
  for (const Batch& batch : step.batches) {
    if (&batch != &step.batches.front() && recorder_.stop_requested()) {
      for (const Parameter& parameter : model_.parameters()) parameter.tensor.mutable_grad().reset();
      restore_random_state(random_before, execution_.device);
      return std::nullopt;
    }
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
  if (totals_.steps() == 0) check_weights(model_);
  throw Error(ErrorKind::run,
              "the loss became " + std::string(std::isnan(loss) ? "NaN" : "infinite") + " in step " +
                  std::to_string(totals_.steps() + 1) + " at a learning rate of " + significant(learning_rate) +
                  "; a lower training.learning_rate, some training.warmup_steps or precision: float32 usually help");
}

void Trainer::report_progress(double loss) {
  const auto steps = static_cast<double>(totals_.steps());
  const std::int64_t last = stop_after_.value_or(plan_.max_steps);
  const double seconds_left = totals_.seconds() / steps * (static_cast<double>(last) - steps);
  recorder_.progress({totals_.steps(), last, epoch_, loss, totals_.tokens_per_second(), seconds_left});
}

/// Logs, evaluates and saves as it is due, each once for a step: first what is counted in steps, whose last one is
/// evaluated and saved whatever the interval, then what is counted in epochs, of which the last may be cut short.
void Trainer::end_step(double learning_rate, double grad_norm) {
  const std::int64_t step = totals_.steps();
  const auto due = [&](Interval strategy, double every) {
    return strategy == Interval::steps && step % plan_.steps(every) == 0;
  };
  const bool first = step == 1 && arguments_.logging_first_step;
  if (first || due(arguments_.logging_strategy, arguments_.logging_steps)) log(learning_rate, grad_norm);
  if (evaluates_after(plan_, arguments_, step)) evaluate_step();
  if (arguments_.sample_every > 0 && step % arguments_.sample_every == 0) sample_step();

  const bool ends_epoch = step % plan_.updates_per_epoch == 0 || complete();
  if (ends_epoch && arguments_.logging_strategy == Interval::epoch) log(learning_rate, grad_norm);
  if (ends_epoch && arguments_.eval_strategy == Interval::epoch && arguments_.eval_delay <= epoch_) evaluate_step();

  // Last, so that a checkpoint has what was logged and evaluated.
  const bool last = step == plan_.max_steps && arguments_.save_strategy == Interval::steps;
  const bool saves = last || due(arguments_.save_strategy, arguments_.save_steps) ||
                     (ends_epoch && arguments_.save_strategy == Interval::epoch) ||
                     (arguments_.save_minutes && totals_.seconds() - saved_seconds_ >= 60 * *arguments_.save_minutes);
  if (saves && !checkpoints_.has(step)) save();
}

/// Whether a checkpoint is due before the end.
bool Trainer::saves_on_the_way() const {
  const std::int64_t every = arguments_.save_strategy == Interval::steps   ? plan_.steps(arguments_.save_steps)
                             : arguments_.save_strategy == Interval::epoch ? plan_.updates_per_epoch
                                                                           : plan_.max_steps;
  return every < plan_.max_steps || arguments_.save_minutes.has_value();
}

void Trainer::save() {
  saved_seconds_ = totals_.seconds();
  bool beside = true;
  save_cost_.wait_for([&] { beside = checkpoints_.save(checkpoint()) == CheckpointWriter::Where::beside_training; });
  recorder_.saving(totals_.steps(), beside);
}

/// The run as it is between two steps.
CheckpointContents Trainer::checkpoint() const {
  CheckpointContents contents;
  contents.step = totals_.steps();
  ModelFiles model = model_files(model_);
  contents.tensor_files[model.tensor_file] = std::move(model.tensors);
  std::vector<NamedTensor>& tensors = contents.tensor_files[kTensorFile];
  tensors = optimizer_->state();
  for (NamedTensor& named : random_state(execution_.device)) tensors.push_back(std::move(named));
  for (auto& [name, of_file] : contents.tensor_files)
    for (NamedTensor& named : of_file) named.tensor = named.tensor.cpu();  // the same where it is there
  contents.texts = files_;
  contents.texts.try_emplace(model.config_file, model.config);
  contents.texts[kStateFile] = state().dump(2) + "\n";
  return contents;
}

nlohmann::json Trainer::state() const {
  return {{"epoch", epoch_},
          {"evaluated_step", evaluated_step_},
          {"totals", totals_.state()},
          {"schedule", schedule_.state()},
          {"checkpoints", checkpoints_.state()},
          {"context", context_}};
}

/// One point: the mean loss since the last one, the gradients' norm before clipping, the learning rate just used.
void Trainer::log(double learning_rate, double grad_norm) {
  if (logged_step_ == totals_.steps()) return;  // the first step, or before the run was resumed
  logged_step_ = totals_.steps();
  recorder_.points(totals_.steps(), epoch_,
                   {{"loss", totals_.take_mean_loss()},
                    {"grad_norm", grad_norm},
                    {"learning_rate", learning_rate},
                    {"tokens_per_second", totals_.tokens_per_second()}});
}

void Trainer::evaluate_step() {
  if (evaluated_step_ == totals_.steps() || recorder_.stop_requested() || !evaluate_all()) return;
  evaluated_step_ = totals_.steps();
  recorder_.points(totals_.steps(), epoch_, evaluation_);
  checkpoints_.judge(evaluation_, totals_.steps());
  schedule_.evaluated(evaluation_.at(arguments_.metric_for_best_model));
}

void Trainer::sample_step() {
  if (complete() || sampled_step_ == totals_.steps() || recorder_.stop_requested()) return;
  sampled_step_ = totals_.steps();
  recorder_.sample(sampled_step_);
  model_.training(true);
}

/// Whether it came to its end.
bool Trainer::evaluate_all() {
  auto evaluation = evaluate(model_, data_, arguments_.per_device_eval_batch_size, execution_, recorder_);
  if (!evaluation) return false;
  evaluation_ = std::move(evaluation->metrics);
  evaluation_parts_ = std::move(evaluation->parts);
  return true;
}

TrainingResult Trainer::finish() {
  // The loss on smoothed labels says nothing of the text's bits.
  const double bytes_per_token = arguments_.label_smoothing_factor > 0 ? 0 : data_.training_bytes_per_token;
  TrainingResult result{.metrics = totals_.metrics(plan_, bytes_per_token),
                        .evaluation_parts = {},
                        .steps = totals_.steps(),
                        .flops_per_second = {},
                        .interrupted = stops()};
  if (learns_all(model_)) result.flops_per_second = totals_.flops_per_second();
  result.metrics["epoch"] = epoch_;
  result.metrics.merge(checkpoints_.best());
  result.metrics.merge(totals_.session_metrics());
  end_on_disk();
  const bool another = !result.interrupted && checkpoints_.load_best(model_, totals_.steps());
  if (data_.evaluation.size() > 0 && !result.interrupted) {
    if (!another && evaluated_step_ == totals_.steps() && !evaluation_.empty())
      result.metrics.merge(Metrics(evaluation_));
    else if (evaluate_all())
      result.metrics.merge(Metrics(evaluation_));
    else
      result.interrupted = true;
    if (result.interrupted && !another) end_on_disk();
  }
  result.metrics.merge(save_cost_.metrics());
  result.evaluation_parts = evaluation_parts_;
  result.metrics["peak_memory_bytes"] = peak_memory_bytes();  // which a large evaluation may have decided
  return result;
}

/// Waits until the checkpoints are on the disk, with one more where the run is to stop, from which it can go on.
void Trainer::end_on_disk() {
  if (stops() && totals_.steps() > 0 && !checkpoints_.has(totals_.steps())) save();
  save_cost_.wait_for([&] { checkpoints_.finish(); });
}

bool Trainer::complete() const { return totals_.steps() >= plan_.max_steps || checkpoints_.out_of_patience(); }

/// Before its end.
bool Trainer::stops() const { return recorder_.stop_requested() || (stop_after_ && totals_.steps() >= *stop_after_); }

bool Trainer::done() const { return complete() || stops(); }

}  // namespace folio::train
