#pragma once

#include <nlohmann/json.hpp>

#include "folio/description.h"

/// The JSON form of declarations and of values, as it stands beside a plugin's library, in a run's resolved experiment,
/// and in what the programs tell each other.
namespace folio {

/// A number that may be NaN or infinite: those become the texts "NaN", "Infinity" and "-Infinity", which JSON's own
/// null would lose. A whole number is written as one: 3, not 3.0.
nlohmann::json number_to_json(double number);
double number_from_json(const nlohmann::json& json);

nlohmann::json to_json(const OptionValue& value);
/// Throws Error (experiment) when the JSON is of a kind that no option has.
OptionValue option_value_from_json(const nlohmann::json& json);

/// The values as nested mappings: "split.by" becomes {"split": {"by": ...}}. Absent values are left out.
nlohmann::json to_json(const OptionValues& values);
/// The other way; `type`, which names the section's plugin, is passed over. Checked as OptionValues' constructor does.
OptionValues option_values_from_json(const OptionTable& table, const nlohmann::json& section);

nlohmann::json to_json(const OptionTable& table);
OptionTable option_table_from_json(const nlohmann::json& json);

nlohmann::json to_json(const PluginDescription& description);
/// Throws Error (plugin) when a field is missing or of the wrong type.
PluginDescription plugin_description_from_json(const nlohmann::json& json);

nlohmann::json to_json(const FrameworkOptions& options);
FrameworkOptions framework_options_from_json(const nlohmann::json& json);

}  // namespace folio
