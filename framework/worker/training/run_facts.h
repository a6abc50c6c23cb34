#pragma once

#include <optional>

#include "folio/model.h"
#include "runs/record/facts.h"
#include "train/trainer.h"
#include "worker/initial_weights.h"
#include "worker/job.h"
#include "worker/preparation.h"

namespace folio::worker {

/// What data, tokenizer and model of a run turned out to be. `initial`: where the model's weights are from, unless they
/// are random.
runs::Facts facts_of(const Job& job, const JobData& job_data, const Model& model,
                     const std::optional<InitialWeights>& initial);

/// None without an evaluation, and where a loss is not finite, which tells nothing of the parts.
std::optional<runs::EvaluationParts> evaluation_parts(const train::TrainingResult& result);

}  // namespace folio::worker
