#include "worker/fine_tuned_model.h"

#include "folio/error.h"
#include "train/fine_tuning.h"

namespace folio::worker {

void check_lora_options(const OptionValues& model_options) {
  if (model_options.has("lora.rank")) {
    if (model_options.has("lora.target_modules") && model_options.text_list("lora.target_modules").empty())
      throw Error(ErrorKind::experiment, "model.lora.target_modules: is empty, expected names of linear layers");
    if (model_options.has("from")) return;
    throw Error(
        ErrorKind::experiment,
        "model.lora.rank is given without model.from: adapters belong to weights that stay as they are; expected "
        "a model.from, the folder or the run that has them");
  }
  for (const char* option : {"lora.alpha", "lora.dropout", "lora.use_rslora", "lora.target_modules", "lora.from"}) {
    if (!model_options.has(option)) continue;
    throw Error(ErrorKind::experiment, std::string("model.") + option +
                                           " is given without model.lora.rank, which turns adapters on (peft's default "
                                           "is 8)");
  }
}

void fine_tune(Model& model, const OptionValues& model_options, const train::TrainingArguments& training,
               const std::string& name) {
  if (model_options.has("lora.rank")) {
    train::LoraRequest request{.lora = {.rank = model_options.integer("lora.rank")}};
    if (model_options.has("lora.alpha")) request.lora.alpha = model_options.number("lora.alpha");
    if (model_options.has("lora.dropout")) request.lora.dropout = model_options.number("lora.dropout");
    if (model_options.has("lora.use_rslora")) request.lora.rank_stabilized = model_options.boolean("lora.use_rslora");
    if (model_options.has("lora.target_modules")) request.targets = model_options.text_list("lora.target_modules");
    if (model_options.has("from")) request.lora.base_model = model_options.text("from");
    train::add_lora(model, request, name);
  }
  train::freeze(model, training.freeze);
}

}  // namespace folio::worker
