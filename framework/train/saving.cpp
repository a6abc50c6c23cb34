#include "train/saving.h"

#include <vector>

#include "formats/safetensors.h"
#include "support/files.h"
#include "train/tensor_files.h"

namespace folio::train {

void save_model(const Model& model, const std::filesystem::path& folder) {
  make_directories(folder);
  std::vector<at::Tensor> tensors;  // keeps alive what the views point into
  std::vector<TensorView> views;
  for (const NamedTensor& named : file_tensors(model))
    views.push_back(view_of(named, tensors.emplace_back(named.tensor.cpu().contiguous()).const_data_ptr()));
  write_safetensors(folder / "model.safetensors", views);
  write_file_atomically(folder / "config.json", model.config_json());
}

void load_model(Model& model, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "model.safetensors";
  const SafetensorsFile file(path);
  for (const NamedTensor& named : file_tensors(model)) copy_from_file(file, path, named);
}

}  // namespace folio::train
