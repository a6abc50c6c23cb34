#include "experiment/schema.h"

#include <cmath>

#include "experiment/section.h"
#include "formats/description_json.h"

namespace folio::experiment {
namespace {

using nlohmann::json;

std::string sentence(const Option& option) {
  std::string text = option.help_text;
  if (!option.unit_text.empty()) text += " (" + option.unit_text + ")";
  if (option.optional && !option.default_meaning.empty()) text += "; absent: " + option.default_meaning;
  return text;
}

const char* json_type(OptionType type) {
  switch (type) {
    case OptionType::integer:
      return "integer";
    case OptionType::number:
      return "number";
    case OptionType::boolean:
      return "boolean";
    case OptionType::text:
      return "string";
    case OptionType::text_list:
      break;
  }
  return "array";
}

/// A bound without the point that would make it look like a number that is no integer.
json bound(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 9e15;
  return whole ? json(static_cast<std::int64_t>(value)) : json(value);
}

json option_schema(const Option& option) {
  json result{{"type", json_type(option.type)}, {"description", sentence(option)}};
  if (option.type == OptionType::text_list) result["items"] = {{"type", "string"}};
  if (!option.choice_list.empty()) result["enum"] = option.choice_list;
  if (option.minimum) result["minimum"] = bound(*option.minimum);
  if (option.maximum) result["maximum"] = bound(*option.maximum);
  if (!std::holds_alternative<std::monostate>(option.default_value)) result["default"] = to_json(option.default_value);
  if (option.optional) {
    result["type"] = {result["type"], "null"};
    if (result.contains("enum")) result["enum"].push_back(nullptr);
  }
  return result;
}

/// A mapping with the options as its keys; dotted names become mappings within.
json mapping_schema(const OptionTable& options) {
  json result{{"type", "object"}, {"properties", json::object()}, {"additionalProperties", false}};
  for (const Option& option : options.options()) {
    json* mapping = &result;
    std::string_view name = option.name;
    for (std::size_t dot; (dot = name.find('.')) != std::string_view::npos; name.remove_prefix(dot + 1)) {
      json& group = (*mapping)["properties"][std::string(name.substr(0, dot))];
      if (group.is_null()) group = mapping_schema({});
      mapping = &group;
    }
    (*mapping)["properties"][std::string(name)] = option_schema(option);
  }
  return result;
}

/// The section of a plugin: its `type` decides which keys it has. Without a type, which only a file that extends
/// another may leave out, any key is let through.
json plugin_schema(PluginKind kind, const Declarations& declarations) {
  json types = json::array();
  json rules = json::array();
  for (const PluginDescription& plugin : declarations.plugins) {
    if (plugin.kind != kind) continue;
    types.push_back({{"const", plugin.id}, {"description", plugin.summary}});
    json keys = mapping_schema(section_options(plugin, declarations.framework));
    keys["properties"]["type"] = {{"const", plugin.id}};
    const json is_it{{"properties", {{"type", {{"const", plugin.id}}}}}, {"required", {"type"}}};
    rules.push_back({{"if", is_it}, {"then", std::move(keys)}});
  }
  json type = types.empty() ? json(false) : json{{"type", "string"}, {"oneOf", std::move(types)}};
  json result{{"type", "object"}, {"properties", {{"type", std::move(type)}}}};
  if (!rules.empty()) result["allOf"] = std::move(rules);
  return result;
}

json needs_type() { return {{"required", {"type"}}}; }

/// A folder that the model comes from says which plugin reads it.
json needs_type_or_folder() { return {{"anyOf", {needs_type(), {{"required", {"from"}}}}}}; }

}  // namespace

json schema(const Declarations& declarations) {
  json properties{
      {"extends", {{"type", "string"}, {"description", "an experiment file to inherit from, relative to this one"}}},
      {"name",
       {{"type", "string"},
        {"pattern", "^[A-Za-z0-9._-]{1,64}$"},
        {"description", "the name of its runs; by default the file's name"}}},
      {"description", {{"type", "string"}, {"description", "a note for people"}}},
      {"dataset", plugin_schema(PluginKind::dataset, declarations)},
      {"tokenizer", plugin_schema(PluginKind::tokenizer, declarations)},
      {"model", plugin_schema(PluginKind::model, declarations)},
      {"training", mapping_schema(declarations.framework.training)}};
  properties["training"]["type"] = {"object", "null"};
  const json complete{
      {"required", {"dataset", "model"}},
      {"properties", {{"dataset", needs_type()}, {"tokenizer", needs_type()}, {"model", needs_type_or_folder()}}}};
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "Folio experiment"},
          {"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false},
          {"if", {{"required", {"extends"}}}},
          {"else", complete}};
}

}  // namespace folio::experiment
