#include "train/saving.h"

#include <vector>

#include "formats/safetensors.h"
#include "support/files.h"
#include "train/adapter_files.h"
#include "train/loading.h"
#include "train/tensor_files.h"

namespace folio::train {

void save_model(const Model& model, const std::filesystem::path& folder) {
  if (model.lora() != nullptr) return save_adapters(model, folder);
  make_directories(folder);
  std::vector<at::Tensor> tensors;  // keeps alive what the views point into
  std::vector<TensorView> views;
  for (const NamedTensor& named : file_tensors(model))
    views.push_back(view_of(named, tensors.emplace_back(named.tensor.cpu().contiguous()).const_data_ptr()));
  write_safetensors(folder / "model.safetensors", views);
  write_file_atomically(folder / "config.json", model.config_json());
}

void load_model(Model& model, const std::filesystem::path& folder, const HuggingFaceClass& saved_from) {
  if (model.lora() != nullptr) return load_adapters(model, folder);
  const ModelWeights weights(folder);
  load_weights(match_weights(model.parameters(), weights, saved_from), weights);
}

}  // namespace folio::train
