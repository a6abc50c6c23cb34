#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "folio/model.h"
#include "formats/adapter_config.h"
#include "train/fine_tuning.h"
#include "train/saving/tensor_files.h"

/// A folder of the peft package's: adapter_model.safetensors, adapter_config.json.
namespace folio::train {

/// The shortest ends of names that mean these of all `layers` and no other ("c_attn"); where there are none, the names.
std::vector<std::string> target_modules(const std::vector<std::string>& chosen, const std::vector<std::string>& layers);

/// The adapters by the names that they have there.
std::vector<NamedTensor> adapter_tensors(const Model& model);

/// The adapter_config.json of the model, which has adapters.
std::string adapter_config_text(const Model& model);

/// Whether it is such a folder.
bool has_adapters(const std::filesystem::path& folder);

/// Fills the adapters of the model, which has some, from a folder, as float32. Throws Error (experiment) where these
/// are for another base, which is when a tensor is missing, left over, of another shape or of another type than F32,
/// F16 or BF16: it names every one, up to twenty.
void load_adapters(const Model& model, const std::filesystem::path& folder);

}  // namespace folio::train
