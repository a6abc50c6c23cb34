#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/model.h"
#include "train/saving/tensor_files.h"

namespace folio::train {

/// Writes the model in Hugging Face's layout into `folder`, which is made: config.json, model.safetensors; of a model
/// with adapters these alone, in peft's layout. Each file is whole or absent. Throws Error (run) naming the
/// file.
void save_model(const Model& model, const std::filesystem::path& folder);

/// What save_model() writes: of a model with adapters these alone, since all else stays as it was.
struct ModelFiles {
  std::string tensor_file;
  std::vector<NamedTensor> tensors;  ///< those in use
  std::string config_file, config;
};
ModelFiles model_files(const Model& model);

/// Makes the model what it was when its model_files() were written into the folder. Throws Error (run) naming what does
/// not fit.
void restore_model(Model& model, const std::filesystem::path& folder);

/// Reads the folder's weights into the model's parameters, as match_weights() and load_weights() do; into a model with
/// adapters these alone, as load_adapters() does.
void load_model(Model& model, const std::filesystem::path& folder, const HuggingFaceClass& saved_from = {});

}  // namespace folio::train
