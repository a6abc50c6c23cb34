#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// adapter_config.json as the peft package (0.21) writes it beside adapter_model.safetensors.
namespace folio {

inline constexpr const char* kAdapterConfigFile = "adapter_config.json";
inline constexpr const char* kAdapterWeightsFile = "adapter_model.safetensors";
/// Before a parameter's name in the model: "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight".
inline constexpr std::string_view kAdapterNamePrefix = "base_model.model.";

/// A LoRA adapter's settings, as far as Folio has them.
struct AdapterConfig {
  std::int64_t rank = 8;
  double alpha = 8;
  double dropout = 0;
  bool rank_stabilized = false;
  /// Names of modules or their ends; or alone "all-linear" or a regular expression.
  std::vector<std::string> target_modules;
  bool fan_in_fan_out = false;      ///< of GPT-2's layers, whose weights lie as [in, out]
  std::string base_model;           ///< a folder, or a name on Hugging Face's hub; empty: not said
  std::string architecture{};       ///< of the base: "BertForMaskedLM"; empty: not said
  std::string architecture_type{};  ///< its model_type: "bert"; for writing alone

  /// Of what an adapter adds.
  double scale() const {
    const auto columns = static_cast<double>(rank);
    return alpha / (rank_stabilized ? std::sqrt(columns) : columns);
  }
};

/// Reads what a stranger may have written; `name` is what messages call it. Throws Error (run) naming the key for
/// anything that is not as peft writes it, another method than LoRA, and each feature that Folio does not have,
/// whatever it is called, unless it is off.
AdapterConfig parse_adapter_config(std::string_view json, const std::string& name);

/// That of a folder. Throws as parse_adapter_config(), and where the file cannot be read.
AdapterConfig read_adapter_config(const std::filesystem::path& folder);

/// As peft writes it for inference, with the task's type from the architecture's name.
std::string adapter_config_json(const AdapterConfig& config);

}  // namespace folio
