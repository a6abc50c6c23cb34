#pragma once

#include <string>

#include "folio/model.h"
#include "folio/options.h"
#include "train/arguments.h"

/// What of a model is trained: model.lora and training.freeze.
namespace folio::worker {

/// `model_options` are of framework_model_options(). Throws Error (experiment) for options of model.lora without its
/// rank, and for adapters without model.from: weights that nobody keeps would be needed to use them.
void check_lora_options(const OptionValues& model_options);

/// Puts the adapters on the model that its section asks for, new ones, and freezes what training.freeze names. `name`
/// is how messages call the model. Throws Error (experiment) where it has nothing that fits. A seed that is to decide
/// how the adapters begin is set before.
void fine_tune(Model& model, const OptionValues& model_options, const train::TrainingArguments& training,
               const std::string& name);

}  // namespace folio::worker
