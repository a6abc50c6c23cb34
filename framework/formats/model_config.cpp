#include "formats/model_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "formats/description_json.h"
#include "formats/strict_json.h"
#include "support/error.h"
#include "support/files.h"

namespace folio {
namespace {

constexpr std::uintmax_t kMostConfigBytes = 4 << 20;  // the names of 20,000 classes take half of it

/// What stands at a key, into whose objects slashes lead; none where it is left out.
std::optional<JsonPart> find_part(JsonPart part, std::string_view key) {
  for (std::size_t slash; (slash = key.find('/')) != std::string_view::npos; key.remove_prefix(slash + 1)) {
    const std::string outer(key.substr(0, slash));
    if (!part.has(outer) || part.at(outer).is_null()) return std::nullopt;
    part = part.at(outer);
  }
  const std::string inner(key);
  return part.has(inner) ? std::optional(part.at(inner)) : std::nullopt;
}

/// JSON does not tell 1 from 1.0.
OptionValue as_type(OptionValue value, OptionType type) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr && type == OptionType::number ? OptionValue(static_cast<double>(*whole)) : value;
}

OptionValue value_of(const JsonPart& part, const Option& option) {
  const bool is_list = part.value().is_array() && option.type == OptionType::text_list;
  if (part.value().is_structured() && !is_list) part.fail_expecting(expectation(option));
  OptionValue value = as_type(option_value_from_json(part.value()), option.type);
  if (problem_with(option, value)) part.fail_expecting(expectation(option));
  return value;
}

/// Under the first of its names that is there.
ModelConfig::Value read_option(const JsonPart& config, const Option& option) {
  for (const std::string& key : config_names_of(option))
    if (const auto part = find_part(config, key)) return {key, value_of(*part, option)};
  if (option.name == "vocab_size") config.fail("has no '" + option.name + "'");
  return {"", option.default_value};
}

bool equal(const OptionValue& given, const OptionValue& wanted) {
  return as_type(given, OptionType::number) == as_type(wanted, OptionType::number);
}

void check_setting(const JsonPart& config, const HuggingFaceClass::Setting& setting) {
  const auto part = find_part(config, setting.key);
  if (!part || part->is_null()) return;
  std::string wanted;
  for (const OptionValue& value : setting.values) {
    if (!part->value().is_structured() && equal(option_value_from_json(part->value()), value)) return;
    wanted += (wanted.empty() ? "" : " or ") + to_string(value);
  }
  part->fail_expecting(wanted + ", since Folio has no other");
}

void check_unquantized(const JsonPart& config) {
  if (const auto part = find_part(config, "quantization_config"); part && !part->is_null())
    part->fail("is there, and Folio reads no quantized weights; expected them in float32, float16 or bfloat16");
}

}  // namespace

ModelConfig::ModelConfig(const std::filesystem::path& file)
    : ModelConfig(read_file(file, ErrorKind::experiment, kMostConfigBytes), file.string()) {}

ModelConfig::ModelConfig(std::string_view text, std::string name)
    : name_(std::move(name)), json_(parse_strict_json(text, name_, {.kind = ErrorKind::experiment})) {
  const JsonPart config(json_, name_ + ": ", ErrorKind::experiment);
  if (config.has("model_type") && !config.at("model_type").is_null()) model_type_ = config.at("model_type").text();
  if (!config.has("architectures") || config.at("architectures").is_null()) return;
  config.at("architectures").for_each([&](const JsonPart& item) { architectures_.push_back(item.text()); });
}

bool ModelConfig::ties_head() const {
  const auto found = json_.find("tie_word_embeddings");
  return found != json_.end() && *found == nlohmann::json(true);
}

std::map<std::string, ModelConfig::Value> ModelConfig::read(const OptionTable& options,
                                                            const HuggingFaceClass& class_of_plugin,
                                                            std::vector<std::string>& problems) const {
  const JsonPart config(json_, name_ + ": ", ErrorKind::experiment);
  const auto attempt = [&](const auto& action) {
    try {
      action();
    } catch (const Error& error) {  // all that is wrong is to be said at once
      problems.emplace_back(error.what());
    }
  };
  std::map<std::string, Value> values;
  for (const Option& option : options.options()) attempt([&] { values[option.name] = read_option(config, option); });
  attempt([&] { check_unquantized(config); });
  for (const HuggingFaceClass::Setting& setting : class_of_plugin.settings)
    attempt([&] { check_setting(config, setting); });
  return values;
}

}  // namespace folio
