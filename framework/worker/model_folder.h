#pragma once

#include <c10/core/Device.h>

#include <filesystem>
#include <map>
#include <string>

#include "folio/model.h"
#include "folio/tokenizer.h"

namespace folio::worker {

/// What a model's folder has beside the weights, by name of the file: config.json, tokenizer.json,
/// tokenizer_config.json, and generation_config.json unless the model is masked (formats/transformers_files.h). Of a
/// model with adapters the tokenizer's alone.
std::map<std::string, std::string> model_folder_texts(const Model& model, const Tokenizer& tokenizer,
                                                      Objective objective);

/// A model with its tokenizer in Hugging Face's layout: the weights, and these texts. Of a model with adapters these,
/// in peft's layout.
void save_model_folder(const Model& model, const Tokenizer& tokenizer, Objective objective,
                       const std::filesystem::path& folder);

/// Throws Error (run) where a file that save_model_folder() writes is missing or empty.
void require_model_folder(const std::filesystem::path& folder);

/// Loads the tokenizer.json and, where it lies beside that, the tokenizer_config.json. Throws Error (run).
void load_tokenizer(Tokenizer& tokenizer, const std::filesystem::path& file);

/// Moves the parameters to the device.
void move_to(Model& model, c10::Device device);

}  // namespace folio::worker
