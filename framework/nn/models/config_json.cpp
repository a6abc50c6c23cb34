#include "nn/models/config_json.h"

#include <type_traits>
#include <variant>

namespace folio::nn {

std::string config_json(const OptionValues& options, const HuggingFaceClass& written_as) {
  nlohmann::json config{{"architectures", {written_as.name}},
                        {"model_type", written_as.model_type},
                        {"dtype", "float32"},
                        {"transformers_version", kTransformersVersion}};
  for (const auto& [option, value] : options.all()) {
    const auto renamed = written_as.names.find(option);
    const nlohmann::json::json_pointer key("/" + (renamed == written_as.names.end() ? option : renamed->second));
    std::visit(
        [&](const auto& given) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(given)>, std::monostate>) config[key] = given;
        },
        value);
  }
  config.update(written_as.settings, /*merge_objects=*/true);
  return config.dump(2) + "\n";
}

}  // namespace folio::nn
