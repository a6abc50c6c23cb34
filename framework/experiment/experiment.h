#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "folio/description.h"

/// The experiment file: read, composed of the files that it extends and of overrides, checked against what the plugins
/// and the framework declare, and resolved. The format is docs/experiment-format.md.
namespace folio::experiment {

/// A plugin that is there and cannot be used, with the reason.
struct UnusablePlugin {
  PluginKind kind = PluginKind::dataset;
  std::string id;
  std::string problem;
};

/// All that an experiment may say.
struct Declarations {
  std::vector<PluginDescription> plugins;
  FrameworkOptions framework;
  std::vector<UnusablePlugin> unusable;  ///< so that an experiment that asks for one is told why
  std::vector<std::string> searched;     ///< the folders that were searched for plugins, for messages
  /// What is wrong with a library that may be this plugin, though it does not say so itself, since it is damaged; empty
  /// where there is none. May be unset.
  std::function<std::string(PluginKind kind, const std::string& id)> problem_with{};
  /// The model folder of the run that a person means by a text ("latest", an id, a name); throws Error where there is
  /// none. May be unset: then there are no runs.
  std::function<std::filesystem::path(const std::string& run)> model_of_run{};
};

struct Experiment {
  std::string name;
  std::string description;
  std::filesystem::path file;  ///< as it was given
  std::string source;          ///< the file's text, without a byte order mark

  /// Every value explicit, nested as in the file: name, description, and the sections dataset, tokenizer, model (each
  /// with its `type`) and training. Options that are absent because their plugin settles them are left out.
  nlohmann::json resolved;

  /// Where each value of `resolved` comes from, by its dotted key: "experiments/romeo.yaml:12",
  /// "extends experiments/base.yaml:3", "override", "default"; "tokenizer.vocab_size" for a model's vocabulary that
  /// follows the tokenizer's; "usual tokenizer of gpt" for a tokenizer.type that the file leaves out; the path of the
  /// config.json that it was taken from.
  std::map<std::string, std::string> origins;

  /// What a person should know of how it came together, a line each.
  std::vector<std::string> notes;
};

/// Throws Error whose message lists all problems, each as `file:line:column: key: what is wrong` with the line
/// under it, or `override 'a.b=c': key: what is wrong`. Its kind is experiment, or plugin where the only trouble is a
/// plugin that cannot be used.
Experiment load_experiment(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                           const Declarations& declarations);

/// Which plugins an experiment's sections name, by kind, as far as that can be told before any plugin is known: without
/// a tokenizer that only the model's choice brings. What is wrong with the file is for load_experiment() to say.
std::vector<std::pair<PluginKind, std::string>> plugins_named(const std::filesystem::path& file,
                                                              const std::vector<std::string>& overrides);

/// An experiment without a file and without a data set: the model that the overrides name ("model=bert",
/// "model.hidden_size=256"), with the tokenizer that it is usually trained with unless they name another. `resolved`
/// has no section `dataset` unless they give one. Throws as load_experiment() does.
Experiment load_model(const std::vector<std::string>& overrides, const Declarations& declarations);

}  // namespace folio::experiment
