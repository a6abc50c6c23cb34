#include "experiment/composition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "experiment/overrides.h"
#include "experiment/yaml_reader.h"
#include "support/files.h"
#include "support/nearest_name.h"

namespace folio::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 1 << 20;

/// "; did you mean 'romeo.yaml'?" among the folder's experiment files.
std::string suggest_file(const fs::path& missing) {
  std::vector<std::string> names;
  std::error_code unreadable;
  const fs::path folder = missing.has_parent_path() ? missing.parent_path() : ".";
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".yaml" || extension == ".yml") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const auto nearest = nearest_name(missing.filename().string(), names);
  return nearest ? fmt::format("; did you mean '{}'?", (missing.parent_path() / *nearest).string()) : "";
}

/// Follows `extends` from the file that was asked for.
class Chain {
 public:
  Chain(Sources& sources, Problems& problems) : sources_(sources), problems_(problems) {}

  /// The files' trees, the one asked for first.
  std::vector<Node> read(fs::path file) {
    std::vector<Node> trees;
    Place named_at;  // by the `extends` of the file before
    for (bool more = true; more;) {
      enter(file, named_at);
      const auto kind = trees.empty() ? Source::Kind::file : Source::Kind::base_file;
      const Source& source = sources_.add(kind, file.string(), read_file(file, ErrorKind::experiment, kLargestFile));
      problems_.refuse_password(source);
      trees.push_back(read_mapping(source));
      more = take_extends(trees.back(), file, named_at);
    }
    return trees;
  }

 private:
  /// Refuses a file that is not there, and one that is being extended already.
  void enter(const fs::path& file, const Place& named_at) {
    names_.push_back(file.string());
    std::error_code error;
    if (!fs::exists(file, error)) {
      if (names_.size() == 1) throw Error(ErrorKind::experiment, file.string() + ": no such file" + suggest_file(file));
      problems_.fail(named_at, "extends",
                     fmt::format("no such file: {}{}", fmt::join(names_, " extends "), suggest_file(file)));
    }
    const fs::path real = fs::weakly_canonical(file, error);
    if (std::find(real_paths_.begin(), real_paths_.end(), real) != real_paths_.end()) {
      problems_.fail(named_at, "extends",
                     fmt::format("the files extend each other in a circle: {}", fmt::join(names_, " extends ")));
    }
    real_paths_.push_back(real);
  }

  Node read_mapping(const Source& source) {
    auto tree = read_yaml(source, problems_);
    if (!tree) problems_.throw_if_any();
    if (tree->kind == Node::Kind::null)
      problems_.fail({&source}, "", "the file is empty; an experiment needs at least a dataset and a model");
    if (tree->kind != Node::Kind::mapping)
      problems_.fail(tree->place, "", fmt::format("expected lines of 'key: value', got {}", described(*tree)));
    tree->place = {&source};
    return std::move(*tree);
  }

  /// Takes `extends` out of the tree; whether there was one. `file` then names the next file.
  bool take_extends(Node& tree, fs::path& file, Place& named_at) {
    const auto entry =
        std::find_if(tree.entries.begin(), tree.entries.end(), [](const Entry& e) { return e.key == "extends"; });
    if (entry == tree.entries.end()) return false;
    const Node value = std::move(entry->value);
    tree.entries.erase(entry);
    if (value.kind != Node::Kind::scalar || value.text.empty()) {
      problems_.add(value.place, "extends", "expected the name of a file, got " + described(value));
      return false;
    }
    file = (file.parent_path() / value.text).lexically_normal();
    named_at = value.place;
    return true;
  }

  Sources& sources_;
  Problems& problems_;
  std::vector<std::string> names_;
  std::vector<fs::path> real_paths_;
};

/// The file that an override `model=NAME` means besides the plugin's defaults: model/NAME.yaml in the experiment's
/// folder. Empty where the override is another one or there is no such file.
fs::path preset_of(const std::string& override_text, const std::string& section, const fs::path& folder) {
  if (!override_text.starts_with(section + "=")) return {};
  const std::string name = override_text.substr(section.size() + 1);
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_plain)) return {};
  fs::path file = folder / section / (name + ".yaml");
  std::error_code error;
  return fs::exists(file, error) ? file : fs::path();
}

/// Lays the keys of the override's preset, if there is one, over the section that the override has just made.
void take_preset(Node& root, const std::string& override_text, const fs::path& folder, Sources& sources,
                 Problems& problems) {
  for (const char* section : {"dataset", "tokenizer", "model"}) {
    const fs::path file = preset_of(override_text, section, folder);
    if (file.empty()) continue;
    const Source& source =
        sources.add(Source::Kind::base_file, file.string(), read_file(file, ErrorKind::experiment, kLargestFile));
    problems.refuse_password(source);
    auto tree = read_yaml(source, problems);
    if (!tree) problems.throw_if_any();
    if (tree->kind != Node::Kind::mapping && !tree->is_blank())
      problems.fail(tree->place, section, "expected a mapping of options, got " + described(*tree));
    merge(root.find(section)->value, std::move(*tree));
  }
}

}  // namespace

Node compose(const fs::path& file, const std::vector<std::string>& overrides, Sources& sources, Problems& problems) {
  std::vector<Node> trees = Chain(sources, problems).read(file);
  const Place whole_file = trees.front().place;
  Node root = std::move(trees.back());
  for (auto tree = trees.rbegin() + 1; tree != trees.rend(); ++tree) {
    // These say which experiment it is, and one that extends it is another.
    std::erase_if(root.entries, [](const Entry& entry) { return entry.key == "name" || entry.key == "description"; });
    merge(root, std::move(*tree));
  }
  for (const std::string& text : overrides) {
    apply_override(root, text, sources, problems);
    take_preset(root, text, file.parent_path(), sources, problems);
  }
  root.place = whole_file;
  return root;
}

Node compose_overrides(const std::vector<std::string>& overrides, Sources& sources, Problems& problems) {
  Node root;
  root.kind = Node::Kind::mapping;
  root.place = {&sources.add(Source::Kind::file, "command-line", "")};
  const Place whole = root.place;
  for (const std::string& text : overrides) apply_override(root, text, sources, problems);
  root.place = whole;
  return root;
}

}  // namespace folio::experiment
