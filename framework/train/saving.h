#pragma once

#include <filesystem>
#include <string>

#include "folio/hugging_face.h"
#include "folio/model.h"

namespace folio::train {

/// Writes the model in Hugging Face's layout into `folder`, which is made: config.json, model.safetensors; of a model
/// with adapters these alone, as save_adapters() does. Each file is whole or absent. Throws Error (run) naming the
/// file.
void save_model(const Model& model, const std::filesystem::path& folder);

/// Reads the folder's weights into the model's parameters, as match_weights() and load_weights() do; into a model with
/// adapters these alone, as load_adapters() does.
void load_model(Model& model, const std::filesystem::path& folder, const HuggingFaceClass& saved_from = {});

}  // namespace folio::train
