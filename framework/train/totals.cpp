#include "train/totals.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace folio::train {
namespace {

double rounded(double value, double digits) {
  const double factor = std::pow(10.0, digits);
  return std::round(value * factor) / factor;
}

double non_embedding_parameters(const Model& model) {
  double count = 0;
  for (const Parameter& parameter : model.parameters())
    if (parameter.part != Part::embeddings) count += static_cast<double>(parameter.tensor.numel());
  return count;
}

}  // namespace

double peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

void Totals::add(const StepBatches& step, double loss) {
  for (const Batch& batch : step.batches) {
    const BatchShape shape = shape_of(batch);
    padded_tokens_ += static_cast<double>(shape.batch * shape.length);
    flops_ += model_.training_flops(shape);
    scored_ += static_cast<double>(shape.scored);
  }
  const Clock::time_point now = Clock::now();
  pace_.add(step.tokens, std::chrono::duration<double>(now - last_step_).count());
  last_step_ = now;
  ++steps_;
  tokens_ += step.tokens;
  nats_ += loss * static_cast<double>(step.labels);
  loss_sum_ += loss;
}

double Totals::session_seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

nlohmann::json Totals::state() const {
  return {{"steps", steps_},
          {"seconds", seconds()},
          {"tokens", tokens_},
          {"padded_tokens", padded_tokens_},
          {"operations", flops_},
          {"nats", nats_},
          {"scored", scored_},
          {"loss_sum", loss_sum_},
          {"logged_loss_sum", taken_loss_},
          {"logged_steps", taken_steps_},
          {"pace", pace_.state()}};
}

void Totals::restore(const nlohmann::json& state) {
  steps_ = steps_before_ = state.at("steps");
  seconds_before_ = state.at("seconds");
  tokens_ = state.at("tokens");
  padded_tokens_ = state.at("padded_tokens");
  flops_ = state.at("operations");
  nats_ = state.at("nats");
  scored_ = state.at("scored");
  loss_sum_ = loss_sum_before_ = state.at("loss_sum");
  taken_loss_ = state.at("logged_loss_sum");
  taken_steps_ = state.at("logged_steps");
  pace_.restore(state.at("pace"));
}

double Totals::take_mean_loss() {
  const double mean = (loss_sum_ - taken_loss_) / static_cast<double>(steps_ - taken_steps_);
  taken_loss_ = loss_sum_;
  taken_steps_ = steps_;
  return mean;
}

Metrics Totals::metrics(const TrainingPlan& plan, double bytes_per_token) const {
  const double seconds = this->seconds();
  const double steps = static_cast<double>(steps_);
  Metrics metrics{
      {"train_runtime", rounded(seconds, 4)},
      {"train_samples_per_second",
       rounded(plan.train_samples * steps / static_cast<double>(plan.max_steps) / seconds, 3)},
      {"train_steps_per_second", rounded(steps / seconds, 3)},
      {"train_loss", loss_sum_ / std::max(steps, 1.0)},
      {"total_flos", 6 * padded_tokens_ * non_embedding_parameters(model_)},
      {"global_step", steps},
      {"train_samples", static_cast<double>(plan.samples)},
      {"tokens_per_second", static_cast<double>(tokens_) / seconds},
  };
  if (const auto error = pace_.standard_error()) metrics["tokens_per_second_stderr"] = *error;
  if (bytes_per_token > 0)
    metrics["train_bits_per_byte"] = nats_ / std::max(scored_, 1.0) / std::numbers::ln2 / bytes_per_token;
  return metrics;
}

Metrics Totals::session_metrics() const {
  if (steps_before_ == 0) return {};
  const auto steps = static_cast<double>(steps_ - steps_before_);
  Metrics metrics{{"session_train_runtime", rounded(session_seconds(), 4)}, {"session_steps", steps}};
  if (steps > 0) metrics["session_train_loss"] = (loss_sum_ - loss_sum_before_) / steps;
  return metrics;
}

}  // namespace folio::train
