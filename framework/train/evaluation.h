#pragma once

#include <cstdint>
#include <span>

#include "data/collator.h"
#include "data/samples.h"
#include "folio/model.h"
#include "train/execution.h"
#include "train/recorder.h"
#include "train/training_data.h"

namespace folio::train {

/// Evaluates the model on all samples, without dropout and without gradients.
///   eval_loss           mean over samples of their batch's mean loss, in nats (the Trainer's definition)
///   perplexity          exp(eval_loss)
///   eval_bits_per_byte  all nats together, by token, over ln 2 and over the bytes that the tokens stand for; left out
///                       where `bytes_per_token` is 0, since the objective does not say every token
///   eval_samples, eval_runtime, eval_samples_per_second, eval_steps_per_second
/// `bytes_per_token` is that of the evaluated text.
Metrics evaluate(Model& model, const data::Samples& samples, const data::Collator& collator, double bytes_per_token,
                 std::int64_t batch_size, const Execution& execution, Recorder& recorder);

/// Of each document eval_<name>_loss and eval_<name>_bits_per_byte: what evaluate() calls eval_loss and
/// eval_bits_per_byte.
Metrics evaluate_each(Model& model, std::span<const EvaluationDocument> documents, const data::Collator& collator,
                      std::int64_t batch_size, const Execution& execution, Recorder& recorder);

}  // namespace folio::train
