#pragma once

#include <filesystem>
#include <string>

#include "folio/model.h"

namespace folio::train {

/// Writes the model in Hugging Face's layout into `folder`, which is made: config.json, model.safetensors. Each file is
/// whole or absent. Throws Error (run) naming the file.
void save_model(const Model& model, const std::filesystem::path& folder);

/// Reads model.safetensors of the folder into the model's parameters. Throws Error (run) naming what does not fit.
void load_model(Model& model, const std::filesystem::path& folder);

}  // namespace folio::train
