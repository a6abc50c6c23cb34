#include "train/saving/adapter_files.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "folio/error.h"
#include "formats/misfits.h"
#include "formats/safetensors.h"
#include "train/saving/weight_types.h"

namespace folio::train {
namespace {

using nlohmann::json;

std::string name_in_file(const Parameter& parameter) { return std::string(kAdapterNamePrefix) + parameter.name; }

/// The class of the base as the model's config.json names it, and its type.
std::pair<std::string, std::string> architecture_of(const Model& model) {
  const json config = json::parse(model.config_json(), nullptr, /*allow_exceptions=*/false);
  if (!config.is_object()) return {};
  const json classes = config.value("architectures", json());
  const bool named = classes.is_array() && classes.size() == 1 && classes[0].is_string();
  const json type = config.value("model_type", json());
  return {named ? classes[0].get<std::string>() : "", type.is_string() ? type.get<std::string>() : ""};
}

}  // namespace

std::vector<std::string> target_modules(const std::vector<std::string>& chosen,
                                        const std::vector<std::string>& layers) {
  std::set<std::string> names(chosen.begin(), chosen.end());
  std::vector<std::string> ends;
  for (const std::string& layer : chosen) {
    std::string end = layer.substr(layer.rfind('.') + 1);  // npos + 1 is 0
    if (std::find(ends.begin(), ends.end(), end) == ends.end()) ends.push_back(std::move(end));
  }
  const auto means = [&](const std::string& layer) {
    return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) { return is_end_of(end, layer); });
  };
  const bool only_these = std::all_of(layers.begin(), layers.end(),
                                      [&](const std::string& layer) { return means(layer) == names.contains(layer); });
  return only_these ? ends : chosen;
}

std::vector<NamedTensor> adapter_tensors(const Model& model) {
  std::vector<NamedTensor> tensors;
  for (const Parameter& parameter : model.parameters())
    if (parameter.of_adapter) tensors.push_back({name_in_file(parameter), parameter.tensor.detach()});
  return tensors;
}

std::string adapter_config_text(const Model& model) {
  const Lora& lora = *model.lora();
  const auto [architecture, type] = architecture_of(model);
  AdapterConfig config{.rank = lora.rank,
                       .alpha = lora.alpha,
                       .dropout = lora.dropout,
                       .rank_stabilized = lora.rank_stabilized,
                       .target_modules = target_modules(lora.layers, model.linear_layers()),
                       .base_model = lora.base_model,
                       .architecture = architecture,
                       .architecture_type = type};
  for (const Parameter& parameter : model.parameters())
    config.fan_in_fan_out = config.fan_in_fan_out || parameter.transposed_in_file;
  return adapter_config_json(config);
}

bool has_adapters(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / kAdapterConfigFile, ignored);
}

void load_adapters(const Model& model, const std::filesystem::path& folder) {
  const at::NoGradGuard no_grad;
  const std::filesystem::path path = folder / kAdapterWeightsFile;
  const SafetensorsFile file(path);
  Misfits misfits;
  std::set<std::string> known;
  for (const Parameter& parameter : model.parameters()) {
    if (!parameter.of_adapter) continue;
    const std::string name = name_in_file(parameter);
    known.insert(name);
    const TensorView* stored = file.find(name);
    if (stored == nullptr)
      misfits.add("missing", name);
    else
      add_misfits(name, stored->dtype, stored->shape, parameter.tensor.sizes(), misfits);
  }
  for (const TensorView& stored : file.tensors())
    if (!known.contains(stored.name)) misfits.add("left over", stored.name);
  if (misfits.any()) {
    const std::string architecture = architecture_of(model).first;
    throw Error(ErrorKind::experiment, fmt::format("{}: its adapters are not for this model{}:{}", path.string(),
                                                   architecture.empty() ? "" : ", a " + architecture, misfits.text()));
  }
  for (const Parameter& parameter : model.parameters()) {
    if (!parameter.of_adapter) continue;
    const TensorView& stored = *file.find(name_in_file(parameter));
    // The mapping is only read: copy_ takes the bytes into the parameter's own memory.
    parameter.tensor.copy_(at::from_blob(const_cast<void*>(stored.data), stored.shape, *weight_type_of(stored.dtype)));
  }
}

}  // namespace folio::train
