#include "train/saving/model_files.h"

#include <vector>

#include "formats/model_weights.h"
#include "formats/safetensors.h"
#include "support/files.h"
#include "train/saving/adapter_files.h"
#include "train/saving/loading.h"
#include "train/saving/tensor_files.h"

namespace folio::train {

ModelFiles model_files(const Model& model) {
  if (model.lora() == nullptr) return {kWeightsFile, file_tensors(model), "config.json", model.config_json()};
  return {kAdapterWeightsFile, adapter_tensors(model), kAdapterConfigFile, adapter_config_text(model)};
}

void save_model(const Model& model, const std::filesystem::path& folder) {
  const ModelFiles files = model_files(model);
  make_directories(folder);
  std::vector<at::Tensor> tensors;  // keeps alive what the views point into
  std::vector<TensorView> views;
  for (const NamedTensor& named : files.tensors)
    views.push_back(view_of(named, tensors.emplace_back(named.tensor.cpu().contiguous()).const_data_ptr()));
  write_safetensors(folder / files.tensor_file, views);
  write_file_atomically(folder / files.config_file, files.config);
}

void restore_model(Model& model, const std::filesystem::path& folder) {
  const ModelFiles files = model_files(model);
  const std::filesystem::path path = folder / files.tensor_file;
  const SafetensorsFile file(path);
  for (const NamedTensor& named : files.tensors) copy_from_file(file, path, named);
}

void load_model(Model& model, const std::filesystem::path& folder, const HuggingFaceClass& saved_from) {
  if (model.lora() != nullptr) return load_adapters(model, folder);
  const ModelWeights weights(folder);
  load_weights(match_weights(model.parameters(), weights, saved_from), weights);
}

}  // namespace folio::train
