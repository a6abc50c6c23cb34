#include "formats/adapter_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "formats/strict_json.h"
#include "support/files.h"

namespace folio {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostRanks = 1'000'000;
constexpr std::size_t kMostTargets = 100'000;

/// What decides nothing about a trained adapter: who made it, for what, how it began (but see check_beginning()), and
/// settings of features that are off.
constexpr std::array<std::string_view, 17> kOfNoEffect{"auto_mapping",      "base_model_name_or_path",
                                                       "corda_config",      "ensure_weight_tying",
                                                       "eva_config",        "fan_in_fan_out",
                                                       "inference_mode",    "layers_pattern",
                                                       "loftq_config",      "lora_ga_config",
                                                       "megatron_core",     "peft_version",
                                                       "qalora_group_size", "revision",
                                                       "runtime_config",    "task_type",
                                                       "init_lora_weights"};

constexpr std::array<std::string_view, 7> kRead{"peft_type",  "r",    "lora_alpha",    "lora_dropout",
                                                "use_rslora", "bias", "target_modules"};

template <std::size_t count>
bool is_among(const std::array<std::string_view, count>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Null, false, 0 or nothing in it.
bool is_off(const json& value) {
  return value.is_null() || value == false || value == 0 ||
         ((value.is_string() || value.is_structured()) && (value.empty() || value == ""));
}

double number_of(const JsonPart& part, double low, double high, const char* expected) {
  if (!part.value().is_number()) part.fail_expecting(expected);
  const auto value = part.value().get<double>();
  if (!(value >= low && value <= high)) part.fail_expecting(expected);
  return value;
}

/// The text, or "" of null.
std::string text_or_nothing(const JsonPart& config, const std::string& key) {
  if (!config.has(key) || config.at(key).is_null()) return "";
  return config.at(key).text();
}

bool is_true(const JsonPart& config, const std::string& key) {
  return config.has(key) && !config.at(key).is_null() && config.at(key).boolean();
}

/// peft takes a text for a regular expression, also one that looks like a name; in Folio's list that needs a sign.
std::string as_pattern(const std::string& text) { return text == "all-linear" ? text : "(?:" + text + ")"; }

std::vector<std::string> targets_of(const JsonPart& part) {
  if (part.value().is_string()) return {as_pattern(part.text())};
  std::vector<std::string> targets;
  part.for_each([&](const JsonPart& target) {
    if (targets.size() == kMostTargets) part.fail("has more than " + std::to_string(kMostTargets) + " names");
    targets.push_back(target.text());
    if (targets.back().empty()) target.fail("is empty, expected the name of a module");
  });
  if (targets.empty()) part.fail("is empty, expected names of linear layers");
  return targets;
}

/// How adapters began decides nothing later, unless the base's weights were changed with it.
void check_beginning(const JsonPart& config) {
  if (!config.has("init_lora_weights")) return;
  const JsonPart part = config.at("init_lora_weights");
  const json& value = part.value();
  const bool harmless =
      value.is_null() || value.is_boolean() || value == "gaussian" || value == "orthogonal" || value == "eva";
  if (!harmless)
    part.fail_expecting(
        "one that leaves the base's weights as they are (true, false, 'gaussian', 'orthogonal', 'eva')");
}

void check_features(const JsonPart& config) {
  for (const auto& member : config.value().items()) {
    if (is_among(kOfNoEffect, member.key()) || is_among(kRead, member.key()) || is_off(member.value())) continue;
    config.at(member.key())
        .fail("is a feature of peft's that Folio does not have; expected null, false or nothing in it");
  }
  check_beginning(config);
}

/// The name of the base's class, where the adapter says it.
std::string architecture_of(const JsonPart& config) {
  if (!config.has("auto_mapping") || config.at("auto_mapping").is_null()) return "";
  const JsonPart mapping = config.at("auto_mapping");
  mapping.expect_object();
  return text_or_nothing(mapping, "base_model_class");
}

json whole_or_fraction(double value) {
  constexpr double kExact = 1e15;
  if (value == std::floor(value) && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
  return value;
}

/// peft's TaskType. It has none for masked models, and its class for SEQ_2_SEQ_LM (0.21.0) cannot be made with
/// transformers 5, whose models have no _prepare_encoder_decoder_kwargs_for_generation; without one T5 opens in both.
json task_type_of(const std::string& architecture) {
  if (architecture.ends_with("ForCausalLM") || architecture.ends_with("LMHeadModel")) return "CAUSAL_LM";
  return nullptr;
}

}  // namespace

AdapterConfig parse_adapter_config(std::string_view text, const std::string& name) {
  const json parsed = parse_strict_json(text, name);
  const JsonPart config(parsed, name + ": ");
  config.expect_object();
  if (const JsonPart method = config.at("peft_type"); method.text() != "LORA")
    method.fail_expecting("'LORA', the only kind of adapters that Folio reads");
  if (config.has("bias") && config.at("bias").text() != "none")
    config.at("bias").fail_expecting("'none', since Folio's adapters have no biases");
  check_features(config);

  constexpr double kLargest = 1e9;
  AdapterConfig result;
  if (config.has("r")) result.rank = config.at("r").integer(1, kMostRanks);
  if (config.has("lora_alpha"))
    result.alpha = number_of(config.at("lora_alpha"), -kLargest, kLargest, "a number of a magnitude up to 1e9");
  if (config.has("lora_dropout")) result.dropout = number_of(config.at("lora_dropout"), 0, 1, "a number from 0 to 1");
  result.rank_stabilized = is_true(config, "use_rslora");
  result.target_modules = targets_of(config.at("target_modules"));
  result.fan_in_fan_out = is_true(config, "fan_in_fan_out");
  result.base_model = text_or_nothing(config, "base_model_name_or_path");
  result.architecture = architecture_of(config);
  return result;
}

AdapterConfig read_adapter_config(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kAdapterConfigFile;
  return parse_adapter_config(read_file(file), file.string());
}

std::string adapter_config_json(const AdapterConfig& config) {
  const json task_type = task_type_of(config.architecture);
  json result{{"alpha_pattern", json::object()},
              {"auto_mapping", nullptr},
              {"base_model_name_or_path", nullptr},
              {"bias", "none"},
              {"exclude_modules", nullptr},
              {"fan_in_fan_out", config.fan_in_fan_out},
              {"inference_mode", true},
              {"init_lora_weights", true},
              {"layers_pattern", nullptr},
              {"layers_to_transform", nullptr},
              {"lora_alpha", whole_or_fraction(config.alpha)},
              {"lora_bias", false},
              {"lora_dropout", config.dropout},
              {"modules_to_save", nullptr},
              {"peft_type", "LORA"},
              {"peft_version", "0.21.0"},
              {"r", config.rank},
              {"rank_pattern", json::object()},
              {"revision", nullptr},
              {"target_modules", config.target_modules},
              {"task_type", task_type},
              {"use_dora", false},
              {"use_rslora", config.rank_stabilized}};
  if (!config.base_model.empty()) result["base_model_name_or_path"] = config.base_model;
  // By which peft's AutoPeftModel finds the class of a model that no task's type names.
  if (task_type.is_null() && !config.architecture.empty() && !config.architecture_type.empty()) {
    const std::string& type = config.architecture_type;
    result["auto_mapping"] = {{"base_model_class", config.architecture},
                              {"parent_library", "transformers.models." + type + ".modeling_" + type}};
  }
  return result.dump(2) + "\n";
}

}  // namespace folio
