#include "experiment/resolver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "experiment/model_folder.h"
#include "experiment/scalars.h"
#include "experiment/section.h"
#include "formats/description_json.h"
#include "support/nearest_name.h"
#include "support/run_name.h"

namespace folio::experiment {
namespace {

const std::vector<std::string> kTopLevelKeys = {"extends",   "name",  "description", "dataset",
                                                "tokenizer", "model", "training"};

constexpr const char* kPretrained = "pretrained";  // the tokenizer of files that were trained elsewhere

/// Goes through a composed tree in an order in which each step knows what it needs. The plugins come first, since they
/// declare which options there are; the model's choice may bring the tokenizer's. When every section's options are
/// known, and no earlier, keys are checked, so that a misplaced one can be told where it belongs. A folder that the
/// model's weights come from settles the model's options. A model's vocabulary follows the tokenizer's when both were
/// read. Defaults come last, and only where nothing was wrong: all that is wrong
/// is to be reported at once, so no step stops at a problem, and each leaves out what a problem has left unknown.
class Resolver {
 public:
  Resolver(const Node& root, const Declarations& declarations, Problems& problems, DatasetSection dataset)
      : root_(root), declarations_(declarations), problems_(problems), dataset_(dataset) {}

  Experiment run() {
    folder_ =
        open_model_folder(root_.find("model") != nullptr ? &root_.find("model")->value : nullptr,
                          std::filesystem::path(root_.place.source->name).parent_path(), declarations_, problems_);
    sections_ = {plugin_section(PluginKind::dataset),
                 plugin_section(PluginKind::tokenizer),
                 plugin_section(PluginKind::model),
                 {"training", mapping_of("training")}};
    training().options = declarations_.framework.training;
    take_usual_tokenizer();
    check_top_level_keys();
    read_name_and_description();
    for (Section& section : sections_) read_options(section, sections_, problems_);
    if (folder_) take_folder();
    follow_tokenizer_vocab_size();
    for (Section& section : sections_) complete(section);
    return std::move(experiment_);
  }

 private:
  Section& tokenizer() { return sections_[1]; }
  Section& model() { return sections_[2]; }
  Section& training() { return sections_[3]; }

  /// The section's mapping or blank; none where it is left out or is something else, which is a problem.
  const Node* mapping_of(const std::string& name) {
    const Entry* entry = root_.find(name);
    if (entry == nullptr) return nullptr;
    if (entry->value.kind == Node::Kind::mapping || entry->value.is_blank()) return &entry->value;
    problems_.add(entry->value.place, name, "expected a mapping of options, got " + described(entry->value));
    return nullptr;
  }

  Section plugin_section(PluginKind kind) {
    Section section{std::string(to_string(kind))};
    section.node = mapping_of(section.name);
    if (section.node == nullptr) {
      const bool may_be_left_out =
          kind == PluginKind::tokenizer || (kind == PluginKind::dataset && dataset_ == DatasetSection::optional);
      if (!may_be_left_out) report_left_out(kind);
      return section;
    }
    section.type = section.node->find("type");
    if (section.type == nullptr && kind == PluginKind::model && names_folder(section.node)) {
      if (folder_) take_reader(section);  // else it was said why there is none
    } else if (section.type == nullptr) {
      problems_.add(section.node->place, section.name, "'type' is missing; known: " + ids_as_text(kind));
    } else if (const auto id = read_value(text("type"), section.type->value, section.name + ".type", problems_)) {
      const Place& place = section.type->value.place;
      take_plugin(section, kind, std::get<std::string>(*id), place, origin_of(place));
    }
    return section;
  }

  void report_left_out(PluginKind kind) {
    const std::string name(to_string(kind));
    if (root_.find(name) != nullptr) return;  // something else than a mapping stands there, and was reported
    problems_.add(root_.place, name, "the section is missing; its 'type' names a plugin, known: " + ids_as_text(kind));
  }

  /// The plugin that reads such folders as the one that the model comes from.
  void take_reader(Section& section) {
    const std::string& type = folder_->config.model_type();
    if (const PluginDescription* reader = reader_of(type, declarations_)) {
      take_plugin(section, PluginKind::model, reader->id, folder_->place, folder_->config_name());
      return;
    }
    problems_.add(folder_->place, section.name + ".type",
                  fmt::format("is missing, and no plugin here reads the model_type '{}' of {}; known: {}",
                              printable(type), folder_->config_name(), ids_as_text(PluginKind::model)));
  }

  /// What the folder says of the model; and its tokenizer, unless the experiment has another.
  void take_folder() {
    take_config(model(), *folder_, declarations_, problems_);
    take_adapters(model(), *folder_, std::filesystem::path(root_.place.source->name).parent_path(), problems_);
    Section& its = tokenizer();
    if (its.plugin == nullptr) return;
    if (its.plugin->id != kPretrained) {
      problems_.note(
          fmt::format("the tokenizer '{}' is trained anew, so its tokens are others than those that the "
                      "weights of {} were trained on",
                      its.plugin->id, folder_->path.string()));
    } else if (!its.values.contains("file")) {
      auto file = folder_->adapters ? tokenizer_file_of(*folder_->adapters) : std::nullopt;
      if (!file) file = tokenizer_file_of(folder_->path);
      if (file) {
        its.values["file"] = {file->string(), "model.from"};
      } else {
        problems_.add(folder_->place, "tokenizer.file",
                      fmt::format("{}: has no {}; expected a tokenizer section with a file", folder_->path.string(),
                                  kTokenizerFileNames));
      }
    }
  }

  /// The tokenizer that the model is usually trained with, where the file has no section for one: that of the folder
  /// where the weights come from one.
  void take_usual_tokenizer() {
    if (root_.find("tokenizer") != nullptr || model().plugin == nullptr) return;
    const PluginDescription& chosen = *model().plugin;
    if (folder_) {
      take_plugin(tokenizer(), PluginKind::tokenizer, kPretrained, folder_->place, "model.from");
    } else if (chosen.usual_tokenizer.empty()) {
      report_left_out(PluginKind::tokenizer);
    } else {
      take_plugin(tokenizer(), PluginKind::tokenizer, chosen.usual_tokenizer, root_.place,
                  "usual tokenizer of " + chosen.id);
    }
  }

  void take_plugin(Section& section, PluginKind kind, const std::string& id, const Place& place, std::string origin) {
    for (const PluginDescription& plugin : declarations_.plugins) {
      if (plugin.kind != kind || plugin.id != id) continue;
      section.plugin = &plugin;
      section.options = section_options(plugin, declarations_.framework);
      experiment_.origins[section.name + ".type"] = std::move(origin);
      return;
    }
    const std::string key = section.name + ".type";
    for (const UnusablePlugin& plugin : declarations_.unusable) {
      if (plugin.kind != kind || plugin.id != id) continue;
      const std::string text = fmt::format("the {} plugin '{}' cannot be used: {}", section.name, id, plugin.problem);
      problems_.add(place, key, text, ErrorKind::plugin);
      return;
    }
    if (declarations_.problem_with) {
      if (const std::string problem = declarations_.problem_with(kind, id); !problem.empty()) {
        const std::string text = fmt::format("the {} plugin '{}' cannot be used: {}", section.name, id, problem);
        problems_.add(place, key, text, ErrorKind::plugin);
        return;
      }
    }
    problems_.add(place, key,
                  fmt::format("there is no {} plugin '{}'; known: {}; searched: {}{}", section.name, printable(id),
                              ids_as_text(kind), fmt::join(declarations_.searched, ", "), did_you_mean(id, ids(kind))));
  }

  std::vector<std::string> ids(PluginKind kind) const {
    std::vector<std::string> result;
    for (const PluginDescription& plugin : declarations_.plugins)
      if (plugin.kind == kind) result.push_back(plugin.id);
    return result;
  }

  std::string ids_as_text(PluginKind kind) const {
    const auto known = ids(kind);
    return known.empty() ? "none" : fmt::format("'{}'", fmt::join(known, "', '"));
  }

  void check_top_level_keys() {
    for (const Entry& entry : root_.entries) {
      if (std::find(kTopLevelKeys.begin(), kTopLevelKeys.end(), entry.key) != kTopLevelKeys.end()) continue;
      problems_.add(entry.key_place, entry.key,
                    "an experiment has no such key" + suggest_key(entry.key, sections_, kTopLevelKeys));
    }
  }

  void read_name_and_description() {
    const std::string stem = std::filesystem::path(root_.place.source->name).stem().string();
    const std::string& name = experiment_.name = read_text("name", stem);
    if (const auto problem = problem_with_name(name)) {
      const Entry* given = root_.find("name");
      problems_.add(given ? given->value.place : root_.place, "name",
                    fmt::format("{}, got '{}'{}", *problem, printable(name),
                                given ? "" : ", the file's name; give the experiment a name"));
    }
    experiment_.description = read_text("description", "");
    experiment_.resolved = {{"name", name}, {"description", experiment_.description}};
  }

  std::string read_text(const std::string& key, const std::string& otherwise) {
    const Entry* entry = root_.find(key);
    experiment_.origins[key] = entry == nullptr ? "default" : origin_of(entry->value.place);
    if (entry == nullptr) return otherwise;
    const auto value = read_value(text(key), entry->value, key, problems_);
    return value ? std::get<std::string>(*value) : otherwise;
  }

  /// A model's vocabulary is the tokenizer's unless the experiment gives it.
  void follow_tokenizer_vocab_size() {
    const std::string key = "vocab_size";
    const Option* of_model = model().options.find(key);
    const Option* of_tokenizer = tokenizer().options.find(key);
    if (of_model == nullptr || of_tokenizer == nullptr) return;
    const auto given = model().values.find(key);
    if (given != model().values.end() && !std::holds_alternative<std::monostate>(given->second.value)) return;
    const auto asked = tokenizer().values.find(key);
    const OptionValue value = asked != tokenizer().values.end() ? asked->second.value : of_tokenizer->default_value;
    if (std::holds_alternative<std::monostate>(value)) return;
    if (const auto problem = problem_with(*of_model, value))
      problems_.add(root_.place, "model.vocab_size", *problem + ", the tokenizer's vocab_size");
    model().values[key] = {value, "tokenizer.vocab_size"};
  }

  /// Reports what is required and not given and, when nothing is wrong at all, writes the section with its defaults.
  void complete(const Section& section) {
    if (!section.declared()) return;
    std::map<std::string, OptionValue> given;
    for (const auto& [key, value] : section.values) given[key] = value.value;
    for (const Option& option : section.options.options()) {
      const bool has_default = !std::holds_alternative<std::monostate>(option.default_value);
      if (has_default || option.optional || given.contains(option.name)) continue;
      // A value that was refused is no missing one; its problem stands already.
      if (section.node != nullptr && is_written(*section.node, option.name)) continue;
      problems_.add(section.type ? section.type->value.place : root_.place, section.name + "." + option.name,
                    "is required: expected " + expectation(option));
    }
    if (problems_.empty()) write(section, OptionValues(section.options, given));
  }

  /// Whether the section's mapping has the option's dotted name, whatever the value.
  static bool is_written(const Node& mapping, const std::string& name) {
    const std::size_t dot = name.find('.');
    const Entry* entry = mapping.find(name.substr(0, dot));
    return entry != nullptr && (dot == std::string::npos || is_written(entry->value, name.substr(dot + 1)));
  }

  void write(const Section& section, const OptionValues& values) {
    nlohmann::json& json = experiment_.resolved[section.name] = to_json(values);
    if (section.plugin != nullptr) json["type"] = section.plugin->id;
    for (const auto& [key, value] : values.all()) {
      if (std::holds_alternative<std::monostate>(value)) continue;
      const auto given = section.values.find(key);
      experiment_.origins[section.name + "." + key] = given == section.values.end() ? "default" : given->second.origin;
    }
  }

  const Node& root_;
  const Declarations& declarations_;
  Problems& problems_;
  DatasetSection dataset_;
  std::optional<ModelFolder> folder_;  ///< that the model's weights come from
  Experiment experiment_;
  std::vector<Section> sections_;  ///< dataset, tokenizer, model, training
};

}  // namespace

Experiment resolve(const Node& root, const Declarations& declarations, Problems& problems, DatasetSection dataset) {
  return Resolver(root, declarations, problems, dataset).run();
}

}  // namespace folio::experiment
