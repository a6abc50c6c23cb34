#include "train/fine_tuning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "folio/error.h"
#include "support/nearest_name.h"
#include "text/regex.h"

namespace folio::train {
namespace {

/// Every name, and for each module above it "module.*".
std::vector<std::string> possible_patterns(const std::vector<Parameter>& parameters) {
  std::set<std::string> patterns;
  for (const Parameter& parameter : parameters) {
    patterns.insert(parameter.name);
    for (std::size_t dot = parameter.name.find('.'); dot != std::string::npos; dot = parameter.name.find('.', dot + 1))
      patterns.insert(parameter.name.substr(0, dot) + ".*");
  }
  return {patterns.begin(), patterns.end()};
}

[[noreturn]] void fail_unmatched(const std::string& pattern, const std::vector<Parameter>& parameters) {
  const std::vector<std::string> possible = possible_patterns(parameters);
  const std::string below = pattern + ".*";  // it names a module
  const bool is_module = std::find(possible.begin(), possible.end(), below) != possible.end();
  std::string hint = is_module ? "; did you mean '" + below + "'?" : did_you_mean(pattern, possible);
  if (hint.empty())
    hint = fmt::format(": expected one such as '{}' or '{}'", parameters.front().name, possible.front());
  throw Error(ErrorKind::experiment,
              fmt::format("training.freeze: no parameter of the model fits '{}'{}", pattern, hint));
}

bool is_regex(const std::string& target) { return target.find_first_of("\\^$*+?()[]{}|") != std::string::npos; }

std::vector<std::string> layers_fitting(const std::vector<std::string>& layers, const std::string& pattern,
                                        const std::string& key) {
  std::vector<std::string> found;
  try {
    const Regex regex("\\A(?:" + pattern + ")\\z");
    std::copy_if(layers.begin(), layers.end(), std::back_inserter(found),
                 [&](const std::string& layer) { return regex.find(layer, 0).has_value(); });
  } catch (const Error& error) {
    throw Error(ErrorKind::experiment, fmt::format("{}: '{}': {}", key, pattern, error.what()));
  }
  if (found.empty()) {
    throw Error(ErrorKind::experiment,
                fmt::format("{}: the regular expression '{}' fits the whole name of no linear layer; the first is '{}'",
                            key, pattern, layers.front()));
  }
  return found;
}

/// What a target may be called: the last parts of the names, each once.
std::vector<std::string> last_parts(const std::vector<std::string>& layers) {
  std::vector<std::string> parts;
  for (const std::string& layer : layers) {
    std::string part = layer.substr(layer.rfind('.') + 1);  // npos + 1 is 0
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(std::move(part));
  }
  return parts;
}

void check_target(const std::vector<std::string>& layers, const std::vector<std::string>& targets,
                  const std::string& target, const std::string& key) {
  if (is_regex(target) || target == "all-linear") {
    throw Error(ErrorKind::experiment,
                fmt::format("{}: {} '{}' must be alone in the list, which has {} targets", key,
                            is_regex(target) ? "the regular expression" : "the word", target, targets.size()));
  }
  const auto is_meant = [&](const std::string& layer) { return is_end_of(target, layer); };
  if (std::any_of(layers.begin(), layers.end(), is_meant)) return;
  const std::vector<std::string> parts = last_parts(layers);
  std::vector<std::string> known = layers;
  known.insert(known.end(), parts.begin(), parts.end());
  throw Error(ErrorKind::experiment, fmt::format("{}: the model has no linear layer '{}'; it has '{}'{}", key, target,
                                                 fmt::join(parts, "', '"), did_you_mean(target, known)));
}

}  // namespace

bool is_end_of(const std::string& target, const std::string& name) {
  return name == target || name.ends_with("." + target);
}

void freeze(const Model& model, const std::vector<std::string>& patterns) {
  const std::vector<Parameter>& parameters = model.parameters();
  const auto learning = std::count_if(parameters.begin(), parameters.end(),
                                      [](const Parameter& parameter) { return parameter.tensor.requires_grad(); });
  for (const std::string& pattern : patterns) {
    bool matched = false;
    for (const Parameter& parameter : parameters) {
      if (::fnmatch(pattern.c_str(), parameter.name.c_str(), 0) != 0) continue;
      matched = true;
      parameter.tensor.set_requires_grad(false);
    }
    if (!matched) fail_unmatched(pattern, parameters);
  }
  if (!patterns.empty() && trainable_count(model) == 0) {
    throw Error(ErrorKind::experiment,
                fmt::format("training.freeze leaves nothing to learn: '{}' fit all {} parameters that would",
                            fmt::join(patterns, "', '"), learning));
  }
}

std::int64_t trainable_count(const Model& model) {
  std::int64_t count = 0;
  for (const Parameter& parameter : model.parameters())
    if (parameter.tensor.requires_grad()) count += parameter.tensor.numel();
  return count;
}

bool learns_all(const Model& model) {
  const auto& parameters = model.parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const Parameter& parameter) { return parameter.tensor.requires_grad(); });
}

std::vector<Parameter> base_parameters(const Model& model) {
  std::vector<Parameter> parameters = model.parameters();
  std::erase_if(parameters, [](const Parameter& parameter) { return parameter.of_adapter; });
  return parameters;
}

std::vector<std::string> lora_layers(const std::vector<std::string>& layers, const std::vector<std::string>& targets,
                                     const std::string& key) {
  if (targets.empty()) throw Error(ErrorKind::experiment, key + ": is empty, expected names of linear layers");
  if (targets.size() == 1 && targets[0] == "all-linear") return layers;
  if (targets.size() == 1 && is_regex(targets[0])) return layers_fitting(layers, targets[0], key);
  for (const std::string& target : targets) check_target(layers, targets, target, key);
  std::vector<std::string> found;
  for (const std::string& layer : layers) {
    const auto means_it = [&](const std::string& target) { return is_end_of(target, layer); };
    if (std::any_of(targets.begin(), targets.end(), means_it)) found.push_back(layer);
  }
  return found;
}

void add_lora(Model& model, const LoraRequest& request, const std::string& name) {
  const std::vector<std::string> layers = model.linear_layers();
  if (layers.empty()) {
    throw Error(ErrorKind::experiment, fmt::format("model.lora: {} does not support adapters: it names no linear "
                                                   "layers (a model that is built of Folio's nn does)",
                                                   name));
  }
  const std::vector<std::string> targets = request.targets.empty() ? model.usual_lora_layers() : request.targets;
  if (targets.empty()) {
    throw Error(ErrorKind::experiment,
                fmt::format("model.lora.target_modules: must be given, since {} has no usual ones; its linear layers "
                            "are '{}'",
                            name, fmt::join(last_parts(layers), "', '")));
  }
  Lora lora = request.lora;
  lora.layers = lora_layers(layers, targets, "model.lora.target_modules");
  model.add_lora(lora);
}

}  // namespace folio::train
