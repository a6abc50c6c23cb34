#include "formats/description_json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "folio/error.h"
#include "formats/strict_json.h"
#include "support/utf8.h"

namespace folio {
namespace {

using nlohmann::json;

constexpr OptionType kTypes[] = {OptionType::integer, OptionType::number, OptionType::boolean, OptionType::text,
                                 OptionType::text_list};

/// What a plugin says for people.
std::string text_to_show(const JsonPart& part) { return without_controls(part.text()); }

OptionType option_type_from(const std::string& name) {
  for (const OptionType type : kTypes)
    if (to_string(type) == name) return type;
  throw Error(ErrorKind::plugin, "'" + name + "' is not a type of options");
}

json option_to_json(const Option& option) {
  json result{{"name", option.name}, {"type", to_string(option.type)}, {"help", option.help_text}};
  if (!std::holds_alternative<std::monostate>(option.default_value)) result["default"] = to_json(option.default_value);
  if (!option.unit_text.empty()) result["unit"] = option.unit_text;
  if (option.minimum) result["minimum"] = *option.minimum;
  if (option.maximum) result["maximum"] = *option.maximum;
  if (!option.choice_list.empty()) result["choices"] = option.choice_list;
  if (option.optional) result["absent_means"] = option.default_meaning;
  if (!option.config_key.empty()) result["config_key"] = option.config_key;
  if (!option.config_key_first.empty()) result["config_key_first"] = option.config_key_first;
  return result;
}

/// What a config.json is read by; how weights are named is for who loads the plugin.
json class_to_json(const HuggingFaceClass& described) {
  json settings = json::array();
  for (const HuggingFaceClass::Setting& setting : described.settings) {
    json values = json::array();
    for (const OptionValue& value : setting.values) values.push_back(to_json(value));
    settings.push_back({{"key", setting.key}, {"values", std::move(values)}});
  }
  return {{"name", described.name}, {"model_type", described.model_type}, {"settings", std::move(settings)}};
}

HuggingFaceClass class_from_json(const JsonPart& source) {
  HuggingFaceClass described;
  described.name = text_to_show(source.at("name"));
  described.model_type = text_to_show(source.at("model_type"));
  source.at("settings").for_each([&](const JsonPart& part) {
    HuggingFaceClass::Setting& setting = described.settings.emplace_back();
    setting.key = part.at("key").text();
    part.at("values").for_each(
        [&](const JsonPart& value) { setting.values.push_back(option_value_from_json(value.value())); });
  });
  return described;
}

std::string text_or_nothing(const JsonPart& part, const char* key) { return part.has(key) ? part.at(key).text() : ""; }

std::optional<double> number_or_none(const JsonPart& part, const char* key) {
  if (!part.has(key)) return std::nullopt;
  const JsonPart number = part.at(key);
  if (!number.value().is_number()) number.fail_expecting("a number");
  return number.value().get<double>();
}

Option option_from_json(const JsonPart& source) {
  Option option;
  option.name = source.at("name").text();
  option.type = option_type_from(source.at("type").text());
  option.help_text = text_to_show(source.at("help"));
  if (source.has("default")) option.default_value = option_value_from_json(source.at("default").value());
  // JSON does not tell 1 from 1.0.
  if (const auto* whole = std::get_if<std::int64_t>(&option.default_value); whole && option.type == OptionType::number)
    option.default_value = static_cast<double>(*whole);
  option.unit_text = without_controls(text_or_nothing(source, "unit"));
  option.minimum = number_or_none(source, "minimum");
  option.maximum = number_or_none(source, "maximum");
  if (source.has("choices"))
    source.at("choices").for_each([&](const JsonPart& choice) { option.choice_list.push_back(choice.text()); });
  option.optional = source.has("absent_means");
  option.default_meaning = without_controls(text_or_nothing(source, "absent_means"));
  option.config_key = text_or_nothing(source, "config_key");
  if (source.has("config_key_first"))
    source.at("config_key_first").for_each([&](const JsonPart& key) { option.config_key_first.push_back(key.text()); });
  return option;
}

OptionTable option_table_from(const JsonPart& source) {
  std::vector<Option> options;
  source.for_each([&](const JsonPart& item) { options.push_back(option_from_json(item)); });
  return OptionTable(std::move(options));
}

void flatten(const json& section, const std::string& prefix, const OptionTable& table,
             std::map<std::string, OptionValue>& values) {
  for (const auto& [key, value] : section.items()) {
    const std::string name = prefix + key;
    if (value.is_object() && table.find(name) == nullptr)
      flatten(value, name + ".", table, values);
    else if (name != "type")
      values.emplace(name, option_value_from_json(value));
  }
}

}  // namespace

json number_to_json(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  constexpr double kExact = 9007199254740992;  // 2^53: beyond it not every whole number is a double
  const bool whole =
      std::abs(number) < kExact && number == std::floor(number) && !(number == 0 && std::signbit(number));
  return whole ? json(static_cast<std::int64_t>(number)) : json(number);
}

double number_from_json(const json& source) {
  if (source == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (source == "Infinity") return std::numeric_limits<double>::infinity();
  if (source == "-Infinity") return -std::numeric_limits<double>::infinity();
  return source.get<double>();
}

json to_json(const OptionValue& value) {
  return std::visit(
      [](const auto& held) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
          return nullptr;
        else
          return held;
      },
      value);
}

OptionValue option_value_from_json(const json& source) {
  if (source.is_null()) return {};
  if (source.is_boolean()) return source.get<bool>();
  // Beyond 64 bits with a sign it would come back negative.
  const bool is_beyond = source.is_number_unsigned() && source.get<std::uint64_t>() > INT64_MAX;
  if (source.is_number_integer() && !is_beyond) return source.get<std::int64_t>();
  if (source.is_number()) return source.get<double>();
  if (source.is_string()) return source.get<std::string>();
  if (source.is_array()) {
    std::vector<std::string> list;
    for (const json& item : source) {
      if (!item.is_string()) throw Error(ErrorKind::experiment, "expected a list of text, got " + source.dump());
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  throw Error(ErrorKind::experiment, "expected a value, got " + source.dump());
}

json to_json(const OptionValues& values) {
  json result = json::object();
  for (const auto& [name, value] : values.all()) {
    if (std::holds_alternative<std::monostate>(value)) continue;
    json* place = &result;
    std::size_t begin = 0;
    for (std::size_t dot; (dot = name.find('.', begin)) != std::string::npos; begin = dot + 1)
      place = &(*place)[name.substr(begin, dot - begin)];
    (*place)[name.substr(begin)] = to_json(value);
  }
  return result;
}

OptionValues option_values_from_json(const OptionTable& table, const json& section) {
  std::map<std::string, OptionValue> values;
  flatten(section, "", table, values);
  return OptionValues(table, values);
}

json to_json(const OptionTable& table) {
  json result = json::array();
  for (const Option& option : table.options()) result.push_back(option_to_json(option));
  return result;
}

OptionTable option_table_from_json(const json& source) {
  return option_table_from({source, "options: ", ErrorKind::plugin});
}

json to_json(const PluginDescription& description) {
  json result{{"kind", to_string(description.kind)},
              {"id", description.id},
              {"version", description.version},
              {"summary", description.summary},
              {"options", to_json(description.options)},
              {"objective", description.objective},
              {"usual_tokenizer", description.usual_tokenizer},
              {"library", description.library},
              {"library_hash", description.library_hash}};
  if (!description.hugging_face.name.empty()) result["hugging_face"] = class_to_json(description.hugging_face);
  return result;
}

PluginDescription plugin_description_from_json(const json& source) {
  const JsonPart part(source, "description of a plugin: ", ErrorKind::plugin);
  PluginDescription description;
  description.kind = plugin_kind(part.at("kind").text());
  description.id = part.at("id").text();
  description.version = text_to_show(part.at("version"));
  description.summary = text_to_show(part.at("summary"));
  description.options = option_table_from(part.at("options"));
  description.objective = text_to_show(part.at("objective"));
  description.usual_tokenizer = text_to_show(part.at("usual_tokenizer"));
  if (part.has("hugging_face")) description.hugging_face = class_from_json(part.at("hugging_face"));
  description.library = part.at("library").text();
  description.library_hash = part.at("library_hash").text();
  return description;
}

json to_json(const FrameworkOptions& options) {
  return {{"dataset", to_json(options.dataset)},
          {"model", to_json(options.model)},
          {"training", to_json(options.training)}};
}

FrameworkOptions framework_options_from_json(const json& source) {
  const JsonPart part(source, "options of the framework: ", ErrorKind::plugin);
  return FrameworkOptions{option_table_from(part.at("dataset")), option_table_from(part.at("model")),
                          option_table_from(part.at("training"))};
}

}  // namespace folio
