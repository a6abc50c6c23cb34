#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "folio/hugging_face.h"
#include "folio/options.h"

namespace folio::nn {

/// The version of transformers whose classes the models equal: tests/reference holds them against it.
inline constexpr const char* kTransformersVersion = "5.24.0";

/// The config.json of a model with these options, in the order of the names, as transformers writes it: each option
/// under its name there, the class's settings, and `values` of options that were left open, by their names in
/// config.json.
std::string config_json(const OptionTable& table, const OptionValues& options, const HuggingFaceClass& written_as,
                        const nlohmann::json& values = nlohmann::json::object());

}  // namespace folio::nn
