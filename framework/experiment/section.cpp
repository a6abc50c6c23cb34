#include "experiment/section.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiment/other_words.h"
#include "experiment/scalars.h"
#include "support/nearest_name.h"

namespace folio::experiment {
namespace {

/// Whether a section has the key "model.hidden_size"; "name" and the like are the experiment's own.
bool has_key(const std::vector<Section>& all, std::string_view key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return true;
  return std::any_of(all.begin(), all.end(), [&](const Section& section) {
    const std::string_view option = key.substr(dot + 1);
    return section.name == key.substr(0, dot) && (option == "type" || section.options.find(option) != nullptr);
  });
}

/// "; did you mean 'training.learning_rate'?" for a word that other programs use; else empty.
std::string known_elsewhere(const std::string& word, const std::vector<Section>& all) {
  const OtherWord* other = find_other_word(word);
  if (other == nullptr) return "";
  for (const std::string_view key : words_of(other->keys)) {
    if (!has_key(all, key)) continue;
    return fmt::format("; did you mean '{}'?{}", key, other->note.empty() ? "" : fmt::format(" ({})", other->note));
  }
  return other->keys.empty() ? fmt::format("; {}", other->note) : "";
}

class Reader {
 public:
  Reader(Section& section, const std::vector<Section>& all, Problems& problems)
      : section_(section), all_(all), problems_(problems) {}

  /// Reads the mapping whose options begin with `prefix`.
  void read(const Node& mapping, const std::string& prefix) {
    for (const Entry& entry : mapping.entries) {
      if (&entry == section_.type) continue;
      const std::string name = prefix + entry.key;
      const std::string path = section_.name + "." + name;
      const Option* option = is_dotted(entry) ? nullptr : section_.options.find(name);
      const std::string files = option == nullptr ? "" : list_beside(*option, entry.value);
      if (!files.empty()) {
        problems_.add(entry.value.place, path,
                      fmt::format("expected {}, got a list; did you mean '{}'?", expectation(*option), files));
      } else if (option != nullptr) {
        if (auto value = read_value(*option, entry.value, path, problems_))
          section_.values[name] = {std::move(*value), origin_of(entry.value.place)};
      } else if (!is_dotted(entry) && !section_.keys(name + ".").empty()) {
        read_group(entry, name);
      } else {
        problems_.add(entry.key_place, path, unknown(entry, prefix));
      }
    }
  }

 private:
  static bool is_dotted(const Entry& entry) { return entry.key.find('.') != std::string::npos; }

  /// The option that takes a list where this one, whose name it begins with, does not and was given one:
  /// "validation_files" for "validation".
  std::string list_beside(const Option& option, const Node& value) const {
    if (value.kind != Node::Kind::list || option.type == OptionType::text_list) return "";
    for (const Option& other : section_.options.options())
      if (other.type == OptionType::text_list && other.name.starts_with(option.name + "_")) return other.name;
    return "";
  }

  void read_group(const Entry& entry, const std::string& name) {
    if (entry.value.kind == Node::Kind::mapping || entry.value.is_blank()) {
      read(entry.value, name + ".");
    } else {
      problems_.add(entry.value.place, section_.name + "." + name,
                    fmt::format("expected a mapping of '{}', got {}", fmt::join(section_.keys(name + "."), "', '"),
                                described(entry.value)));
    }
  }

  std::string unknown(const Entry& entry, const std::string& prefix) const {
    const std::string name = prefix + entry.key;
    const std::string owner =
        section_.plugin == nullptr ? section_.name : fmt::format("the {} '{}'", section_.name, section_.plugin->id);
    std::string text = fmt::format("{} has no option '{}'", owner, printable(name));
    if (is_dotted(entry) && section_.options.find(name) != nullptr)
      return text + "; write a nested mapping instead of the dot";
    // A key that was right until another file or an override chose another plugin.
    if (section_.type != nullptr && lies_over(*section_.type->value.place.source, *entry.key_place.source))
      text += fmt::format(", which {} chose", to_string(section_.type->value.place));
    return text + suggest_key(entry.key, all_, section_.keys(prefix));
  }

  Section& section_;
  const std::vector<Section>& all_;
  Problems& problems_;
};

}  // namespace

std::vector<std::string> Section::keys(const std::string& prefix) const {
  std::vector<std::string> result;
  for (const std::string& option : options.names()) {
    if (!option.starts_with(prefix)) continue;
    std::string key = option.substr(prefix.size(), option.find('.', prefix.size()) - prefix.size());
    if (std::find(result.begin(), result.end(), key) == result.end()) result.push_back(std::move(key));
  }
  return result;
}

OptionTable section_options(const PluginDescription& plugin, const FrameworkOptions& framework) {
  std::vector<Option> options = plugin.options.options();
  const OptionTable common = framework.of(plugin.kind);
  options.insert(options.end(), common.options().begin(), common.options().end());
  return OptionTable(std::move(options));
}

void read_options(Section& section, const std::vector<Section>& all, Problems& problems) {
  if (section.node != nullptr && section.declared()) Reader(section, all, problems).read(*section.node, "");
}

std::string suggest_key(const std::string& key, const std::vector<Section>& all,
                        const std::vector<std::string>& candidates) {
  for (const Section& section : all) {
    const auto keys = section.keys("");
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
      return fmt::format("; did you mean '{}.{}'?", section.name, key);
  }
  const std::string other = known_elsewhere(key, all);
  return other.empty() ? did_you_mean(key, candidates) : other;
}

std::string origin_of(const Place& place) {
  if (place.source->kind == Source::Kind::override_value) return "override";
  const char* by = place.source->kind == Source::Kind::base_file ? "extends " : "";
  return fmt::format("{}{}:{}", by, place.source->name, place.line + 1);
}

}  // namespace folio::experiment
