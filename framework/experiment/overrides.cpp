#include "experiment/overrides.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "experiment/yaml_reader.h"
#include "support/nearest_name.h"

namespace folio::experiment {
namespace {

/// The parts of a dotted key; none where one of them is empty.
std::optional<std::vector<std::string>> split_key(std::string_view key) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t dot = key.find('.');
    if (dot == 0 || key.empty()) return std::nullopt;
    parts.emplace_back(key.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    key.remove_prefix(dot + 1);
  }
}

bool names_a_plugin(const std::vector<std::string>& path) {
  return path.size() == 1 && (path[0] == "dataset" || path[0] == "tokenizer" || path[0] == "model");
}

Node mapping_at(const Place& place) {
  Node node;
  node.kind = Node::Kind::mapping;
  node.place = place;
  return node;
}

/// {a: {b: value}} for the path a, b.
Node nested(const std::vector<std::string>& path, Node value) {
  const Place place = value.place;
  for (auto part = path.rbegin(); part != path.rend(); ++part) {
    Node outer = mapping_at(place);
    outer.entries.push_back({*part, place, std::move(value)});
    value = std::move(outer);
  }
  return value;
}

void remove(Node& root, const std::vector<std::string>& path, const Place& place, const std::string& key,
            Problems& problems) {
  Node* parent = &root;
  for (const std::string& part : path) {
    Entry* entry = parent->find(part);
    if (entry == nullptr) {
      problems.add(place, "", fmt::format("there is no '{}' to remove{}", key, did_you_mean(part, parent->keys())));
      return;
    }
    if (&part == &path.back()) {
      parent->entries.erase(parent->entries.begin() + (entry - parent->entries.data()));
      return;
    }
    parent = &entry->value;
  }
}

/// Tells which keys of the section go with the plugin that they were written for.
void note_what_goes(const Node& section, const std::string& name, const std::string& plugin, Problems& problems) {
  std::vector<std::string> keys = section.keys();
  std::erase(keys, "type");
  if (keys.empty()) return;
  problems.note(fmt::format("{0}={1} drops these keys of the file's {0}: {2}; {0}.type={1} keeps them", name, plugin,
                            fmt::join(keys, ", ")));
}

void set(Node& root, const std::vector<std::string>& path, Node value, Problems& problems) {
  if (names_a_plugin(path) && value.kind == Node::Kind::scalar) {
    const Place place = value.place;
    if (Entry* section = root.find(path[0])) {
      note_what_goes(section->value, path[0], value.text, problems);
      section->value = mapping_at(place);
    }
    merge(root, nested({path[0], "type"}, std::move(value)));
  } else {
    merge(root, nested(path, std::move(value)));
  }
}

/// Every place of the value becomes that of the override as a whole.
void place_all(Node& node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) place_all(item, place);
  for (Entry& entry : node.entries) {
    entry.key_place = place;
    place_all(entry.value, place);
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Whether YAML would take the rest of a line for a comment: a '#' outside of quotes, at the beginning or behind a
/// blank.
bool has_comment(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '"' && c == '\\')
      ++i;
    else if (quote != '\0')
      quote = c == quote ? '\0' : quote;
    else if ((c == '"' || c == '\'') &&
             (i == 0 || std::string_view(" \t\n[{,:").find(text[i - 1]) != std::string_view::npos))
      quote = c;
    else if (c == '#' && (i == 0 || std::string_view(" \t\n").find(text[i - 1]) != std::string_view::npos))
      return true;
  }
  return false;
}

/// The value of an override. One that begins with a bracket or a quote is YAML, and so is "a: b". Any other is the text
/// itself, also where it has what YAML reads as something else: a comment, an alias (*.txt), a directive (%), a tag.
std::optional<Node> value_of(const Source& source, Problems& problems) {
  const std::string_view text = trimmed(source.text);
  const bool is_yaml = !text.empty() && std::string_view("[{\"'").find(text.front()) != std::string_view::npos;
  Problems ignored;
  std::optional<Node> value = read_yaml(source, is_yaml ? problems : ignored);
  const bool nested = value && (value->kind == Node::Kind::mapping || value->kind == Node::Kind::list);
  if (value && (is_yaml || nested) && has_comment(text)) {
    problems.add(Place{&source}, "",
                 "a '#' after a blank begins a comment in YAML, so the rest would be cut off; put the text in quotes");
    return std::nullopt;
  }
  if (is_yaml || nested || (value && value->text == text)) return value;
  if (unreadable(source)) return read_yaml(source, problems);
  Node literal;
  literal.kind = Node::Kind::scalar;
  literal.text = text;
  return literal;
}

}  // namespace

void apply_override(Node& root, const std::string& text, Sources& sources, Problems& problems) {
  const std::size_t equals = text.find('=');
  const bool removes = text.starts_with('~');
  const std::string value_text = equals == std::string::npos ? "" : text.substr(equals + 1);
  const Source& source = sources.add(Source::Kind::override_value, text, value_text);
  const Place place{&source};
  problems.refuse_password(source);

  std::string key = text.substr(0, equals);
  key.erase(0, removes ? 1 : std::min<std::size_t>(key.find_first_not_of('+'), 2));
  const auto path = split_key(key);
  if (!path) {
    problems.add(place, "", "expected a key such as 'model.hidden_size' before the '='");
  } else if (path->front() == "extends") {
    problems.add(place, "", "'extends' belongs in a file; it cannot be overridden");
  } else if (removes && equals != std::string::npos) {
    problems.add(place, "", fmt::format("'~' removes a key and takes no value; write '~{}'", key));
  } else if (removes) {
    remove(root, *path, place, key, problems);
  } else if (equals == std::string::npos) {
    problems.add(place, "", fmt::format("expected '{}=value'", key));
  } else if (auto value = value_of(source, problems)) {
    place_all(*value, place);
    // An override with nothing after '=' says "no value", where a file's blank could also be an emptied section.
    if (value->is_blank()) value->text = "null";
    set(root, *path, std::move(*value), problems);
  }
}

}  // namespace folio::experiment
