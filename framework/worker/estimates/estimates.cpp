#include "worker/estimates/estimates.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <utility>

#include "folio/error.h"
#include "support/human.h"
#include "support/machine/memory_limit.h"
#include "train/fine_tuning.h"
#include "train/optimization/optimizer.h"

namespace folio::worker {
namespace {

using nlohmann::json;

/// What the forward pass of an evaluation, which keeps nothing, holds at most: the logits of all scored tokens, or a
/// layer's widest results, before and behind its activation and with a gate.
double evaluation_bytes(const Model& model, const TrainingSetup& setup, int bytes_per_element) {
  std::int64_t widest = 0;
  for (const Parameter& parameter : model.parameters())
    if (parameter.part == Part::feed_forward) widest = std::max(widest, parameter.tensor.size(0));
  const BatchShape& batch = setup.eval_batch;
  const auto tokens = static_cast<double>(batch.batch * std::max(batch.length, batch.target_length));
  // In float32 the logits of some tokens of the vocabulary are made at once, and copied to the others' (kPieceRows in
  // nn/layers/tied_head.cpp).
  const std::int64_t piece = setup.execution.bfloat16 ? 0 : std::min<std::int64_t>(setup.vocab_size, 6144);
  const auto logits = static_cast<double>(batch.scored) * static_cast<double>(setup.vocab_size + piece);
  return bytes_per_element * std::max(logits, 3 * tokens * static_cast<double>(widest));
}

}  // namespace

std::int64_t parameter_count(const Model& model) {
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

json parameter_counts(const Model& model) {
  constexpr std::array<std::pair<Part, const char*>, 5> kParts{{{Part::embeddings, "embeddings"},
                                                                {Part::attention, "attention"},
                                                                {Part::feed_forward, "feed_forward"},
                                                                {Part::norms, "norms"},
                                                                {Part::head, "head"}}};
  json by_part = json::object();
  for (const auto& [part, name] : kParts) {
    std::int64_t count = 0;
    for (const Parameter& parameter : model.parameters())
      if (parameter.part == part) count += parameter.tensor.numel();
    by_part[name] = count;
  }
  return {{"total", parameter_count(model)}, {"trainable", train::trainable_count(model)}, {"by_part", by_part}};
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all_pages = 0, resident_pages = 0;
  file >> all_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

json memory_estimate(const Model& model, const TrainingSetup& setup) {
  // What the program takes more once it has read a text and trained: code that was not needed before, the tokenizer,
  // oneDNN's and MKL's kernels and buffers. 20 to 55 MB in what bench/memory.py --parts says of smoke*.yaml: measured
  // less all parts but this.
  constexpr double kOnceTrainedBytes = 40e6;
  const int element = setup.execution.bfloat16 ? 2 : 4;
  const auto count = static_cast<double>(parameter_count(model));
  const auto trained = static_cast<double>(train::trainable_count(model));
  const double activations = model.activation_bytes(setup.batch, element);
  const double evaluation = evaluation_bytes(model, setup, element);
  json memory{{"weights", 4 * count},
              {"gradients", 4 * trained},
              {"optimizer", train::optimizer_bytes_per_parameter(setup.optimizer) * trained},
              {"weight_casts", setup.execution.bfloat16 ? 2 * count : 0},
              {"activations", activations},
              {"evaluation", std::max(0.0, evaluation - activations - 4 * trained)},
              {"tokens", setup.token_bytes},
              {"program", setup.program_bytes + kOnceTrainedBytes}};
  double total = 0;
  for (const auto& [name, bytes] : memory.items()) total += bytes.get<double>();
  memory["total"] = total;
  return memory;
}

/// All there at a backward pass's end.
double trained_bytes(const Model& model, train::OptimizerType optimizer) {
  return 4 * static_cast<double>(parameter_count(model)) +
         (4 + train::optimizer_bytes_per_parameter(optimizer)) * static_cast<double>(train::trainable_count(model));
}

void check_memory(const Model& model, train::OptimizerType optimizer, c10::Device device) {
  if (!device.is_cpu()) return;
  const double needed = trained_bytes(model, optimizer);
  const MemoryLimit limit = memory_limit();
  if (needed <= limit.bytes) return;
  throw Error(
      ErrorKind::experiment,
      fmt::format("the model has {} parameters, which take {} with their gradients and the optimizer, but {} has "
                  "{} of memory: expected a smaller model, such as a smaller hidden_size or fewer layers",
                  with_commas(parameter_count(model)), human_bytes(needed), limit.whose, human_bytes(limit.bytes)));
}

void check_batch_memory(const Model& model, const train::TrainingArguments& training, const BatchShape& batch,
                        c10::Device device) {
  if (!device.is_cpu()) return;
  constexpr double kSure = 0.8;  // estimates are up to 12 % too high (docs/models.md)
  const double needed = trained_bytes(model, training.optim);
  const int element = training.precision == "float32" ? 4 : 2;
  const double activations = model.activation_bytes(batch, element);
  const MemoryLimit limit = memory_limit();
  if (kSure * (needed + activations) <= limit.bytes) return;
  throw Error(ErrorKind::experiment,
              fmt::format("a training step on {} samples of {} tokens takes about {}, and the model with its gradients "
                          "and the optimizer {}, but {} has {} of memory. {}",
                          with_commas(batch.batch), with_commas(batch.length), human_bytes(activations),
                          human_bytes(needed), limit.whose, human_bytes(limit.bytes), memory_advice()));
}

void check_label_smoothing(const Model& model, const std::string& name, double factor) {
  if (factor == 0 || model.smooths_labels()) return;
  throw Error(
      ErrorKind::experiment,
      fmt::format("training.label_smoothing_factor is {}, but {} does not smooth labels: expected 0", factor, name));
}

/// From what byte-level BPE of these sizes gives on Romeo and Juliet (`runner experiments/smoke.yaml
/// dataset.validation=0 tokenizer.vocab_size=N`, then bytes_per_token among the facts that `runner show` has). The play
/// fills 7,311 tokens; beyond that it gives no more.
double guessed_bytes_per_token(std::int64_t vocab_size) {
  constexpr std::array<std::pair<double, double>, 7> kMeasured{
      {{257, 1.0}, {300, 1.38}, {512, 1.96}, {1024, 2.51}, {2048, 2.95}, {4096, 3.28}, {7311, 3.53}}};
  const auto size = static_cast<double>(vocab_size);
  for (std::size_t i = 1; i < kMeasured.size(); ++i) {
    const auto [low, low_bytes] = kMeasured[i - 1];
    const auto [high, high_bytes] = kMeasured[i];
    if (size > high) continue;
    const double share = std::max(0.0, std::log(size / low) / std::log(high / low));
    return std::lerp(low_bytes, high_bytes, share);
  }
  return kMeasured.back().second;
}

std::int64_t guessed_length(const data::DataOptions& options, double bytes_per_token) {
  if (options.by != data::SplitBy::characters) return options.size;
  return std::llround(static_cast<double>(options.size) / bytes_per_token);
}

}  // namespace folio::worker
