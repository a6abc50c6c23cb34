#include "train/evaluation.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "train/batches.h"

namespace folio::train {
namespace {

/// Adds the losses of a batch's labels, of which there is one at least, to their samples, of which `first` is the
/// batch's first; gives their mean.
double add_losses(const at::Tensor& losses, const at::Tensor& labels, std::int64_t first, LossSums& sums) {
  const at::Tensor on_host = losses.cpu().contiguous();
  const at::Tensor all = labels.contiguous();
  const auto* loss = on_host.const_data_ptr<float>();
  const auto* label = all.const_data_ptr<std::int64_t>();
  const std::int64_t length = all.size(1);
  double nats = 0;
  for (std::int64_t place = 0; place < all.numel(); ++place) {
    if (label[place] == kIgnoredLabel) continue;
    sums.add(first + place / length, *loss);
    nats += *loss++;
  }
  return nats / static_cast<double>(losses.numel());
}

std::optional<Evaluation> evaluate_samples(Model& model, const data::Samples& samples,
                                           std::span<const std::int64_t> document_ends, const data::Collator& collator,
                                           double bytes_per_token, std::int64_t batch_size, const Execution& execution,
                                           Recorder& recorder) {
  const auto start = std::chrono::steady_clock::now();
  const at::NoGradGuard no_grad;
  model.training(false);
  const struct Training {  // again, however this ends
    Model& model;
    ~Training() { model.training(true); }
  } training_again{model};
  LossSums sums(samples.size(), document_ends);
  double loss_by_samples = 0, counted_samples = 0;
  std::int64_t batches = 0;
  recorder.evaluating(0, samples.size());
  for (std::int64_t first = 0; first < samples.size(); first += batch_size, ++batches) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(batch_size, samples.size() - first)));
    std::iota(indices.begin(), indices.end(), first);
    const Batch batch = collator.collate(samples, indices, data::kEvaluation);
    const PrecisionScope precision(execution);
    const at::Tensor losses = model.token_losses(to_device(batch, execution.device));
    if (losses.numel() > 0) {  // of short samples none may be masked, which says nothing of the model
      const auto batch_samples = static_cast<double>(indices.size());
      loss_by_samples += add_losses(losses, batch.labels, first, sums) * batch_samples;
      counted_samples += batch_samples;
    }
    recorder.evaluating(first + static_cast<std::int64_t>(indices.size()), samples.size());
    if (recorder.stop_requested()) return std::nullopt;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const auto count = static_cast<double>(samples.size());
  const double eval_loss = loss_by_samples / counted_samples;  // no number where nothing at all is scored
  Metrics metrics{{"eval_loss", eval_loss},
                  {"eval_loss_stderr", sums.standard_error()},
                  {"perplexity", std::exp(eval_loss)},
                  {"eval_samples", count},
                  {"eval_runtime", seconds.count()},
                  {"eval_samples_per_second", count / seconds.count()},
                  {"eval_steps_per_second", static_cast<double>(batches) / seconds.count()}};
  const double scored = std::max(1.0, static_cast<double>(sums.scored()));
  if (bytes_per_token > 0) metrics["eval_bits_per_byte"] = sums.nats() / scored / std::numbers::ln2 / bytes_per_token;
  return Evaluation{std::move(metrics), sums.parts()};
}

}  // namespace

std::optional<Evaluation> evaluate(Model& model, const TrainingData& data, std::int64_t batch_size,
                                   const Execution& execution, Recorder& recorder) {
  std::optional<Evaluation> all = evaluate_samples(model, data.evaluation, data.evaluation_document_ends, data.collator,
                                                   data.evaluation_bytes_per_token, batch_size, execution, recorder);
  for (const EvaluationDocument& document : data.documents) {
    if (!all) return std::nullopt;
    const auto one = evaluate_samples(model, document.samples, {}, data.collator, document.bytes_per_token, batch_size,
                                      execution, recorder);
    if (!one) return std::nullopt;
    for (const char* name : {"loss", "loss_stderr", "bits_per_byte"}) {
      const auto found = one->metrics.find(std::string("eval_") + name);
      if (found != one->metrics.end()) all->metrics["eval_" + document.name + "_" + name] = found->second;
    }
  }
  return all;
}

}  // namespace folio::train
