#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "data/options.h"
#include "folio/model.h"
#include "train/arguments.h"
#include "train/execution.h"

/// What a model and its training cost, told before anything is trained.
namespace folio::worker {

/// Learned numbers in all; a weight that stands in two places counts once.
std::int64_t parameter_count(const Model& model);

/// {"total": n, "trainable": n, "by_part": {"embeddings": n, "attention": n, "feed_forward": n, "norms": n, "head": n}}
nlohmann::json parameter_counts(const Model& model);

/// Bytes of this process that are in memory now. Asked before anything is made, they are those of the program and its
/// libraries, which libtorch's build decides.
double resident_bytes();

/// What a training is besides its model.
struct TrainingSetup {
  train::OptimizerType optimizer = train::OptimizerType::adamw;
  train::Execution execution = {};
  BatchShape batch = {};
  BatchShape eval_batch = {};   ///< of no samples where nothing is evaluated
  std::int64_t vocab_size = 1;  ///< of the head
  double token_bytes = 0;       ///< of the samples' files, which are mapped
  double program_bytes = 0;     ///< resident_bytes() at the beginning
};

/// Bytes of each kind while the model is trained so, and their "total", which is the largest resident size that the
/// worker comes to (peak_memory_bytes): all together, since memory that activations leave is in pieces of other sizes
/// than the gradients need. Only an evaluation that takes more than activations and gradients stands for these.
/// bench/memory.py holds it against runs.
nlohmann::json memory_estimate(const Model& model, const TrainingSetup& setup);

/// Throws Error (experiment) where weights, gradients and optimizer alone are more than memory_limit().
void check_memory(const Model& model, train::OptimizerType optimizer, c10::Device device);

/// The same with what a training step keeps of a batch, where that is too much beyond doubt.
void check_batch_memory(const Model& model, const train::TrainingArguments& training, const BatchShape& batch,
                        c10::Device device);

/// Throws Error (experiment) where training.label_smoothing_factor is set and the model, which is called `name`, does
/// not heed it.
void check_label_smoothing(const Model& model, const std::string& name, double factor);

/// Bytes of text to a token before there is a tokenizer of so many tokens.
double guessed_bytes_per_token(std::int64_t vocab_size);

/// Tokens of the longest sample, about.
std::int64_t guessed_length(const data::DataOptions& options, double bytes_per_token);

}  // namespace folio::worker
