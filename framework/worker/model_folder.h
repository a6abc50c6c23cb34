#pragma once

#include <c10/core/Device.h>

#include <filesystem>

#include "folio/model.h"
#include "folio/tokenizer.h"

namespace folio::worker {

/// A model with its tokenizer in Hugging Face's layout: config.json, model.safetensors, tokenizer.json,
/// tokenizer_config.json.
void save_model_folder(const Model& model, const Tokenizer& tokenizer, const std::filesystem::path& folder);

/// Loads the tokenizer.json and, where it lies beside that, the tokenizer_config.json. Throws Error (run).
void load_tokenizer(Tokenizer& tokenizer, const std::filesystem::path& file);

/// Moves the parameters to the device.
void move_to(Model& model, c10::Device device);

}  // namespace folio::worker
