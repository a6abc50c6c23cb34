#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace folio::cli {

/// A model of a resolved experiment, and what the worker's `params` says of it (worker/commands/commands.h).
struct ModelCost {
  nlohmann::json resolved;
  nlohmann::json answer;
};

/// The count by part, the short formula beside it and why the two differ, memory, and operations; in lines of `width`
/// columns at most, 0 being any width.
std::string params_report(const ModelCost& cost, int width = 0);

/// A table with a line for each of the models, which differ in the setting `key`.
std::string variants_report(const std::string& key, const std::vector<ModelCost>& costs, int width = 0);

}  // namespace folio::cli
