#include "train/trainer.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "folio/error.h"
#include "train/fingerprint.h"
#include "train/saving.h"

namespace folio::train {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double rounded(double value, double digits) {
  const double factor = std::pow(10.0, digits);
  return std::round(value * factor) / factor;
}

double peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

double non_embedding_parameters(const Model& model) {
  double count = 0;
  for (const Parameter& parameter : model.parameters()) {
    if (parameter.part != Part::embeddings) count += static_cast<double>(parameter.tensor.numel());
  }
  return count;
}

}  // namespace

Trainer::Trainer(Model& model, const TrainingData& data, const TrainingArguments& arguments, const Effective& effective,
                 double matmul_rate, std::filesystem::path checkpoints, Recorder& recorder)
    : model_(model),
      data_(data),
      arguments_(arguments),
      effective_(effective),
      matmul_rate_(matmul_rate),
      checkpoint_folder_(std::move(checkpoints)),
      recorder_(recorder),
      plan_(plan_training(arguments, data.training.size())),
      schedule_(arguments, plan_),
      optimizer_(model.parameters(), arguments) {}

TrainingResult Trainer::run() {
  start_ = Clock::now();
  model_.training(true);
  for (std::int64_t epoch_index = 0; epoch_index < plan_.epochs && !done(); ++epoch_index) {
    const data::SampleOrder order(plan_.samples, data_.shuffle, arguments_.data_seed, epoch_index);
    whole_epochs_ = epoch_index;
    batches_ = 0;
    for (std::int64_t update = 0; update < plan_.updates_per_epoch && !done(); ++update) {
      const double learning_rate = schedule_.learning_rate(step_);
      const double loss = train_on(order, update);
      check_finite(loss, learning_rate);
      const double grad_norm = optimizer_.step(learning_rate);

      ++step_;
      loss_sum_ += loss;
      if (arguments_.trace) recorder_.traced({step_, trace_.batch, trace_.random_state, loss, grad_norm});
      report_progress(loss);
      const bool epoch_ends = update + 1 == plan_.updates_per_epoch;
      const bool first = step_ == 1 && arguments_.logging_first_step;
      if (first || due(arguments_.logging_strategy, arguments_.logging_steps, epoch_ends))
        log(learning_rate, grad_norm);
      if (due(arguments_.eval_strategy, arguments_.eval_steps, epoch_ends)) evaluate_and_judge();
      if (due(arguments_.save_strategy, arguments_.save_steps, epoch_ends)) save_checkpoint();
    }
  }
  TrainingResult result{final_metrics(seconds_since(start_)), step_, recorder_.stop_requested()};
  if (arguments_.load_best_model_at_end && std::count(checkpoints_.begin(), checkpoints_.end(), best_step_) > 0) {
    load_model(model_, checkpoint(best_step_));
  }
  if (data_.evaluation.size() > 0 && !result.interrupted) {
    result.metrics.merge(evaluate_all());
  }
  return result;
}

/// Forward and backward over the batches of one update; gives its loss, that of all its labels over their number.
double Trainer::train_on(const data::SampleOrder& order, std::int64_t update) {
  const std::int64_t first = update * arguments_.gradient_accumulation_steps;
  const std::int64_t last = std::min(first + arguments_.gradient_accumulation_steps, plan_.batches_per_epoch);
  std::vector<Batch> batches;
  std::int64_t labels = 0;
  for (std::int64_t index = first; index < last; ++index) {
    const std::int64_t begin = index * arguments_.per_device_train_batch_size;
    const std::int64_t size = std::min(arguments_.per_device_train_batch_size, plan_.samples - begin);
    std::vector<std::int64_t> indices;
    for (std::int64_t place = begin; place < begin + size; ++place) indices.push_back(order.at(place));
    for (const std::int64_t sample : indices) tokens_ += data_.training.length(sample);
    batches.push_back(data_.collator.collate(data_.training, indices, whole_epochs_));
    labels += batches.back().label_count;
    scored_ += static_cast<double>(count_scored(batches.back()));
  }
  if (arguments_.trace) trace_ = {.batch = hash_of(batches), .random_state = hash_of_random_state()};
  labels = std::max<std::int64_t>(1, labels);  // short samples may have none masked
  double loss = 0;
  for (const Batch& batch : batches) {
    at::Tensor batch_loss;
    {
      const PrecisionScope precision(effective_);
      batch_loss = model_.loss(to_device(batch, effective_.device), labels);
    }
    batch_loss.backward();
    loss += batch_loss.item<double>();  // waits for the device
    padded_tokens_ += static_cast<double>(batch.input_ids.numel());
    flops_ += model_.training_flops(shape_of(batch));
  }
  batches_ = last;
  nats_ += loss * static_cast<double>(labels);
  return loss;
}

void Trainer::check_finite(double loss, double learning_rate) const {
  if (std::isfinite(loss)) return;
  throw Error(ErrorKind::run, "the loss became " + std::string(std::isnan(loss) ? "NaN" : "infinite") + " in step " +
                                  std::to_string(step_ + 1) + " at a learning rate of " +
                                  std::to_string(learning_rate) +
                                  "; a lower training.learning_rate, some training.warmup_steps or precision: float32 "
                                  "usually mend that");
}

bool Trainer::due(Interval strategy, double every, bool epoch_ends) const {
  if (strategy == Interval::epoch) return epoch_ends;
  return strategy == Interval::steps && step_ % plan_.steps(every) == 0;
}

/// One point: the mean loss since the last one, the gradients' norm before clipping, the learning rate just used.
void Trainer::log(double learning_rate, double grad_norm) {
  const double loss = (loss_sum_ - logged_loss_sum_) / static_cast<double>(step_ - logged_step_);
  logged_loss_sum_ = loss_sum_;
  logged_step_ = step_;
  recorder_.points(step_, epoch(),
                   {{"loss", loss},
                    {"grad_norm", grad_norm},
                    {"learning_rate", learning_rate},
                    {"tokens_per_second", static_cast<double>(tokens_) / seconds_since(start_)}});
}

void Trainer::report_progress(double loss) {
  const double seconds = seconds_since(start_);
  const double left = seconds / static_cast<double>(step_) * static_cast<double>(plan_.max_steps - step_);
  recorder_.progress({step_, plan_.max_steps, epoch(), loss, static_cast<double>(tokens_) / seconds, left});
}

Metrics Trainer::evaluate_all() {
  const std::int64_t batch_size = arguments_.per_device_eval_batch_size;
  Metrics metrics = evaluate(model_, data_.evaluation, data_.collator, data_.evaluation_bytes_per_token, batch_size,
                             effective_, recorder_);
  metrics.merge(evaluate_each(model_, data_.documents, data_.collator, batch_size, effective_, recorder_));
  return metrics;
}

/// Evaluates, and keeps count of what is best, as Trainer and EarlyStoppingCallback do.
void Trainer::evaluate_and_judge() {
  const Metrics metrics = evaluate_all();
  recorder_.points(step_, epoch(), metrics);
  const double value = metrics.at(arguments_.metric_for_best_model);
  const double gain = best_metric_ ? (arguments_.greater_is_better ? value - *best_metric_ : *best_metric_ - value)
                                   : std::numeric_limits<double>::infinity();
  evaluations_without_gain_ = gain > arguments_.early_stopping_threshold ? 0 : evaluations_without_gain_ + 1;
  if (gain > 0) {
    best_metric_ = value;
    best_step_ = step_;
  }
  stopped_early_ =
      arguments_.early_stopping_patience > 0 && evaluations_without_gain_ >= arguments_.early_stopping_patience;
}

std::filesystem::path Trainer::checkpoint(std::int64_t step) const {
  return checkpoint_folder_ / ("checkpoint-" + std::to_string(step));
}

void Trainer::save_checkpoint() {
  save_model(model_, checkpoint(step_));
  checkpoints_.push_back(step_);
  drop_old_checkpoints();
}

void Trainer::drop_old_checkpoints() {
  while (arguments_.save_total_limit > 0 &&
         static_cast<std::int64_t>(checkpoints_.size()) > arguments_.save_total_limit) {
    // The best one stays, and so does the newest: with a limit of one there may be two for a while, as in the Trainer.
    const auto oldest = std::find_if(checkpoints_.begin(), checkpoints_.end(), [&](std::int64_t step) {
      return !(arguments_.load_best_model_at_end && step == best_step_);
    });
    if (oldest == checkpoints_.end() || *oldest == step_) return;
    std::filesystem::remove_all(checkpoint(*oldest));
    checkpoints_.erase(oldest);
  }
}

Metrics Trainer::final_metrics(double seconds) const {
  const double steps = static_cast<double>(step_);
  const double train_loss = loss_sum_ / std::max(steps, 1.0);
  Metrics metrics{
      {"train_runtime", rounded(seconds, 4)},
      {"train_samples_per_second", rounded(plan_.train_samples / seconds, 3)},
      {"train_steps_per_second", rounded(static_cast<double>(plan_.max_steps) / seconds, 3)},
      {"train_loss", train_loss},
      {"epoch", epoch()},
      {"total_flos", 6 * padded_tokens_ * non_embedding_parameters(model_)},
      {"global_step", steps},
      {"train_samples", static_cast<double>(plan_.samples)},
      {"tokens_per_second", static_cast<double>(tokens_) / seconds},
      {"matmul_share", flops_ / seconds / matmul_rate_},
      {"peak_memory_bytes", peak_memory_bytes()},
  };
  if (data_.training_bytes_per_token > 0) {
    metrics["train_bits_per_byte"] =
        nats_ / std::max(scored_, 1.0) / std::numbers::ln2 / data_.training_bytes_per_token;
  }
  if (best_metric_) metrics.insert({{"best_metric", *best_metric_}, {"best_step", static_cast<double>(best_step_)}});
  return metrics;
}

double Trainer::epoch() const {
  return static_cast<double>(whole_epochs_) +
         static_cast<double>(batches_) / static_cast<double>(plan_.batches_per_epoch);
}

}  // namespace folio::train
