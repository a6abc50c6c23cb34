#include "nn/models/config_json.h"

#include <type_traits>
#include <variant>

namespace folio::nn {
namespace {

using nlohmann::json;

/// Where a key stands that leads into objects by slashes.
json& place_of(json& config, const std::string& key) { return config[json::json_pointer("/" + key)]; }

json as_json(const OptionValue& value) {
  return std::visit(
      [](const auto& given) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, std::monostate>)
          return nullptr;
        else
          return given;
      },
      value);
}

}  // namespace

std::string config_json(const OptionTable& table, const OptionValues& options, const HuggingFaceClass& written_as,
                        const json& values) {
  json config{{"architectures", {written_as.name}},
              {"model_type", written_as.model_type},
              {"dtype", "float32"},
              {"torch_dtype", "float32"},  // the same in version 4
              {"transformers_version", kTransformersVersion}};
  for (const Option& option : table.options()) {
    const auto value = options.all().find(option.name);
    if (value == options.all().end() || std::holds_alternative<std::monostate>(value->second)) continue;
    place_of(config, option.config_key.empty() ? option.name : option.config_key) = as_json(value->second);
  }
  for (const HuggingFaceClass::Setting& setting : written_as.settings)
    if (setting.written) place_of(config, setting.key) = as_json(setting.values.front());
  config.update(values, /*merge_objects=*/true);
  return config.dump(2) + "\n";
}

}  // namespace folio::nn
