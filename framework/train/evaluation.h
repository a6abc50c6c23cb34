#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "data/collator.h"
#include "data/samples.h"
#include "folio/model.h"
#include "train/execution.h"
#include "train/loss_parts.h"
#include "train/recorder.h"
#include "train/training_data.h"

namespace folio::train {

/// What an evaluation measured.
struct Evaluation {
  Metrics metrics;
  LossParts parts;  ///< of the whole evaluation set
};

/// Evaluates the model on all evaluation samples, without dropout and without gradients.
///   eval_loss           mean over samples of their batch's mean loss, in nats (the Trainer's definition)
///   eval_loss_stderr    standard error of the mean over all scored tokens, in nats (LossSums::standard_error())
///   perplexity          exp(eval_loss)
///   eval_bits_per_byte  all nats together, by token, over ln 2 and over the bytes that the tokens stand for; left out
///                       where the data's bytes_per_token is 0, since the objective does not say every token
///   eval_samples, eval_runtime, eval_samples_per_second, eval_steps_per_second
/// Of each of the data's documents eval_<name>_loss, eval_<name>_loss_stderr and eval_<name>_bits_per_byte besides.
/// None where the recorder asks to stop before it is over.
std::optional<Evaluation> evaluate(Model& model, const TrainingData& data, std::int64_t batch_size,
                                   const Execution& execution, Recorder& recorder);

}  // namespace folio::train
