#include "experiment/model_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "experiment/scalars.h"
#include "formats/adapter_config.h"
#include "support/error.h"

namespace folio::experiment {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFromKey = "model.from";

bool is_there(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path, unreadable);
}

bool has_model(const fs::path& folder) {
  return is_there(folder / "config.json") || is_there(folder / kAdapterConfigFile);
}

/// A run's own folder stands for the model folder in it.
fs::path model_within(const fs::path& folder) {
  return !has_model(folder) && has_model(folder / "model") ? folder / "model" : folder;
}

/// The base that a folder of adapters names. Throws Error where it is not here.
fs::path base_of(const fs::path& adapters) {
  const std::string name = read_adapter_config(adapters).base_model;
  const fs::path base = name.empty() ? fs::path() : (adapters / name).lexically_normal();
  if (!name.empty() && is_there(base / "config.json")) return base;
  throw Error(
      ErrorKind::experiment,
      fmt::format("{}: base_model_name_or_path {}; expected the base's folder as model.from, and this one as "
                  "model.lora.from",
                  (adapters / kAdapterConfigFile).string(),
                  name.empty() ? "is not given" : fmt::format("'{}' is no model's folder here", printable(name))));
}

/// Where the name leads; none where nowhere, with the reason in `problem`.
std::optional<fs::path> find_folder(const std::string& name, const fs::path& beside, const Declarations& declarations,
                                    std::string& problem) {
  std::error_code error;
  const fs::path path = fs::absolute(beside / name, error).lexically_normal();
  if (fs::is_directory(path, error)) return model_within(path);
  if (is_there(path)) {
    problem = fmt::format("'{}' is a file, expected a model's folder or a run", printable(name));
    return std::nullopt;
  }
  problem = fmt::format("'{}' is not a folder here ({})", printable(name), path.string());
  if (!declarations.model_of_run) return std::nullopt;
  try {
    return declarations.model_of_run(name);
  } catch (const Error& no_run) {
    problem += fmt::format(", and no run: {}; models of a hub are not fetched: give the folder of one that is here",
                           no_run.what());
    return std::nullopt;
  }
}

/// Where the section gives the option, for messages.
Place place_of(const Section& section, const std::string& option, const Place& otherwise) {
  const Entry* entry = section.node != nullptr ? section.node->find(option) : nullptr;
  return entry != nullptr ? entry->value.place : otherwise;
}

bool is_given(const Section& section, const std::string& option) {
  const auto given = section.values.find(option);
  return given != section.values.end() && !std::holds_alternative<std::monostate>(given->second.value);
}

/// JSON and YAML do not tell 1 from 1.0.
bool equal(const OptionValue& a, const OptionValue& b) {
  const auto number = [](const OptionValue& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    return whole != nullptr ? OptionValue(static_cast<double>(*whole)) : value;
  };
  return number(a) == number(b);
}

/// What stands against the section's plugin reading the folder; empty where it can.
std::string wrong_plugin(const PluginDescription& plugin, const ModelFolder& folder, const Declarations& declarations) {
  const HuggingFaceClass& its = plugin.hugging_face;
  const std::string& type = folder.config.model_type();
  if (its.name.empty()) {
    return fmt::format(
        "the model '{}' cannot start from a folder: its plugin names no class of transformers "
        "(.hugging_face)",
        plugin.id);
  }
  if (type == its.model_type) return "";
  const std::string found =
      type.empty() ? "has no model_type" : fmt::format("has the model_type '{}'", printable(type));
  const PluginDescription* reader = reader_of(type, declarations);
  return fmt::format("{} {}, {}; '{}' reads '{}'", folder.config_name(), found,
                     reader != nullptr ? fmt::format("which the model '{}' reads", reader->id)
                                       : std::string("which no plugin here reads"),
                     plugin.id, its.model_type);
}

}  // namespace

bool names_folder(const Node* model_section) {
  const Entry* from = model_section != nullptr ? model_section->find("from") : nullptr;
  return from != nullptr && from->value.kind == Node::Kind::scalar;
}

std::optional<ModelFolder> open_model_folder(const Node* model_section, const fs::path& beside,
                                             const Declarations& declarations, Problems& problems) {
  if (!names_folder(model_section)) return std::nullopt;
  const Node& from = model_section->find("from")->value;
  const Place& place = from.place;
  std::string problem = "is empty, expected a model's folder or a run";
  const auto path = from.text.empty() ? std::nullopt : find_folder(from.text, beside, declarations, problem);
  if (!path) {
    problems.add(place, kFromKey, problem);
    return std::nullopt;
  }
  if (!has_model(*path)) {
    problems.add(place, kFromKey, path->string() + ": has no config.json, expected a model's folder as Hugging Face's");
    return std::nullopt;
  }
  try {
    if (!is_there(*path / kAdapterConfigFile)) return ModelFolder{*path, ModelConfig(*path / "config.json"), place};
    const fs::path base = base_of(*path);
    return ModelFolder{base, ModelConfig(base / "config.json"), place, *path};
  } catch (const Error& error) {
    problems.add(place, kFromKey, error.what());
    return std::nullopt;
  }
}

const PluginDescription* reader_of(const std::string& model_type, const Declarations& declarations) {
  if (model_type.empty()) return nullptr;
  for (const PluginDescription& plugin : declarations.plugins)
    if (plugin.kind == PluginKind::model && plugin.hugging_face.model_type == model_type) return &plugin;
  return nullptr;
}

void take_config(Section& model, const ModelFolder& folder, const Declarations& declarations, Problems& problems) {
  if (model.plugin == nullptr) return;
  model.values["from"].value = folder.path.string();
  if (const std::string problem = wrong_plugin(*model.plugin, folder, declarations); !problem.empty())
    return problems.add(folder.place, kFromKey, problem);
  std::vector<std::string> refused;
  const auto values = folder.config.read(model.plugin->options, model.plugin->hugging_face, refused);
  for (const std::string& problem : refused) problems.add(folder.place, kFromKey, problem);
  for (const auto& [option, value] : values) {
    if (std::holds_alternative<std::monostate>(value.value)) continue;
    if (!is_given(model, option)) {
      if (!value.key.empty()) model.values[option] = {value.value, folder.config_name()};
      continue;
    }
    const OptionValue& given = model.values.at(option).value;
    if (equal(given, value.value)) continue;
    problems.add(
        place_of(model, option, folder.place), "model." + option,
        fmt::format("is {}, but {} {}; leave it out, or give the same", folio::to_string(given), folder.config_name(),
                    value.key.empty() ? "leaves it at " + folio::to_string(value.value)
                                      : "has " + value.key + " " + folio::to_string(value.value)));
  }
}

void take_adapters(Section& model, const ModelFolder& folder, const fs::path& beside, Problems& problems) {
  constexpr const char* kOption = "lora.from";
  const std::string key = std::string("model.") + kOption;
  std::optional<fs::path> adapters = folder.adapters;
  Place place = folder.place;
  if (is_given(model, kOption)) {
    place = place_of(model, "lora", folder.place);
    std::error_code error;
    const fs::path own = model_within(
        fs::absolute(beside / std::get<std::string>(model.values.at(kOption).value), error).lexically_normal());
    if (adapters && *adapters != own)
      return problems.add(place, key, "is " + own.string() + ", but model.from leads to adapters of its own");
    adapters = own;
  }
  if (!adapters) return;
  try {
    const AdapterConfig config = read_adapter_config(*adapters);
    const std::string origin = (*adapters / kAdapterConfigFile).string();
    const std::vector<std::pair<const char*, OptionValue>> settings{{"lora.rank", config.rank},
                                                                    {"lora.alpha", config.alpha},
                                                                    {"lora.use_rslora", config.rank_stabilized},
                                                                    {"lora.target_modules", config.target_modules}};
    for (const auto& [option, value] : settings) {
      if (is_given(model, option) && !equal(model.values.at(option).value, value)) {
        problems.add(place_of(model, "lora", folder.place), std::string("model.") + option,
                     fmt::format("is {}, but {} has {}; leave it out, or give the same",
                                 folio::to_string(model.values.at(option).value), origin, folio::to_string(value)));
      }
      model.values[option] = {value, origin};
    }
    if (!is_given(model, "lora.dropout")) model.values["lora.dropout"] = {OptionValue(config.dropout), origin};
    model.values[kOption] = {adapters->string(), is_given(model, kOption) ? model.values.at(kOption).origin : origin};
  } catch (const Error& error) {
    problems.add(place, folder.adapters ? kFromKey : key, error.what());
  }
}

std::optional<fs::path> tokenizer_file_of(const fs::path& folder) {
  for (const char* name : {"tokenizer.json", "tokenizer.model", "spiece.model"})
    if (is_there(folder / name)) return folder / name;
  return std::nullopt;
}

}  // namespace folio::experiment
