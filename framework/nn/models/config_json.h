#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "folio/options.h"

namespace folio::nn {

/// The version of transformers whose classes the models equal: tests/reference holds them against it.
inline constexpr const char* kTransformersVersion = "5.24.0";

/// A class of Hugging Face's transformers, in the terms of its config.json.
struct HuggingFaceClass {
  std::string name;        ///< "GPT2LMHeadModel"
  std::string model_type;  ///< "gpt2"
  /// What it calls an option, where that is another name; a slash leads into an object: "rope_parameters/rope_theta".
  std::map<std::string, std::string> names{};
  /// By its own names, what it has besides the options, and the values of those that were left open.
  nlohmann::json settings{};
};

/// The config.json of a model with these options, in the order of the names, as transformers writes it.
std::string config_json(const OptionValues& options, const HuggingFaceClass& written_as);

}  // namespace folio::nn
