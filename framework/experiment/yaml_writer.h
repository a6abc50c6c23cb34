#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace folio::experiment {

/// A resolved experiment as YAML for people to read. Loading it as an experiment gives the same resolved values. Texts
/// that any YAML reader might take for something else are quoted.
std::string to_yaml(const nlohmann::json& resolved);

}  // namespace folio::experiment
