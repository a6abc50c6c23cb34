#include "train/evaluation.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "train/batches.h"

namespace folio::train {

Metrics evaluate(Model& model, const data::Samples& samples, const data::Collator& collator, double bytes_per_token,
                 std::int64_t batch_size, const Execution& execution, Recorder& recorder) {
  const auto start = std::chrono::steady_clock::now();
  const at::NoGradGuard no_grad;
  model.training(false);
  double loss_by_samples = 0, nats = 0, scored = 0;
  std::int64_t batches = 0;
  recorder.evaluating(0, samples.size());
  for (std::int64_t first = 0; first < samples.size(); first += batch_size, ++batches) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(batch_size, samples.size() - first)));
    std::iota(indices.begin(), indices.end(), first);
    const Batch batch = collator.collate(samples, indices, data::kEvaluation);
    const std::int64_t labels = std::max<std::int64_t>(1, count_scored(batch));  // a short sample may have none masked
    const PrecisionScope precision(execution);
    const double loss = model.loss(to_device(batch, execution.device), labels).item<double>();
    loss_by_samples += loss * static_cast<double>(indices.size());
    nats += loss * static_cast<double>(labels);
    scored += static_cast<double>(labels);
    recorder.evaluating(first + static_cast<std::int64_t>(indices.size()), samples.size());
  }
  model.training(true);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const auto count = static_cast<double>(samples.size());
  const double eval_loss = loss_by_samples / count;
  Metrics metrics{{"eval_loss", eval_loss},
                  {"perplexity", std::exp(eval_loss)},
                  {"eval_samples", count},
                  {"eval_runtime", seconds.count()},
                  {"eval_samples_per_second", count / seconds.count()},
                  {"eval_steps_per_second", static_cast<double>(batches) / seconds.count()}};
  if (bytes_per_token > 0) metrics["eval_bits_per_byte"] = nats / scored / std::numbers::ln2 / bytes_per_token;
  return metrics;
}

Metrics evaluate_each(Model& model, std::span<const EvaluationDocument> documents, const data::Collator& collator,
                      std::int64_t batch_size, const Execution& execution, Recorder& recorder) {
  Metrics all;
  for (const EvaluationDocument& document : documents) {
    const Metrics metrics =
        evaluate(model, document.samples, collator, document.bytes_per_token, batch_size, execution, recorder);
    for (const char* name : {"loss", "bits_per_byte"}) {
      const auto found = metrics.find(std::string("eval_") + name);
      if (found != metrics.end()) all["eval_" + document.name + "_" + name] = found->second;
    }
  }
  return all;
}

}  // namespace folio::train
