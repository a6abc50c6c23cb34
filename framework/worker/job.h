#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/options.h"
#include "folio/dataset.h"
#include "folio/model.h"
#include "folio/tokenizer.h"
#include "plugin_host/loaded_plugin.h"
#include "runs/record/run_folder.h"
#include "train/arguments.h"
#include "worker/initial_weights.h"
#include "worker/plugin_calls.h"

namespace folio::worker {

/// What a resolved dataset section asks of the framework.
data::DataOptions data_options_of(const nlohmann::json& dataset_section);

/// What a resolved model section asks of the framework.
OptionValues model_options_of(const nlohmann::json& model_section);

/// What a resolved section of the plugin's kind asks of the plugin: without the keys that are the framework's.
OptionValues plugin_values(const plugin_host::LoadedPlugin& plugin, const nlohmann::json& section);

/// The class of transformers that a model plugin equals; without a name where it names none.
HuggingFaceClass hugging_face_of(const plugin_host::LoadedPlugin& plugin);

/// The model of a resolved experiment and its tokenizer, with their plugins loaded and their sections checked against
/// what they may hold: what it takes to use a model.
class ModelJob {
 public:
  /// `resolved` has the sections tokenizer, model and training, with every value explicit; `plugins` says which library
  /// is the one of each section. Throws Error (plugin) for a library that is gone or cannot be loaded, (experiment) for
  /// values that do not fit.
  ModelJob(const nlohmann::json& resolved, const std::vector<runs::PluginBuild>& plugins);

  /// {"resolved": {...}, "plugins": [...]}, with these as runs::plugin_builds_from_json() reads them.
  static ModelJob from_request(const nlohmann::json& request);

  std::unique_ptr<Tokenizer> make_tokenizer() const {
    return make_guarded<Tokenizer>(tokenizer_.plugin, tokenizer_.values);
  }
  /// On the CPU, its parameters not yet filled.
  std::unique_ptr<Model> make_model(const Tokenizer& tokenizer) const;

  /// Where the weights come from; none where they are random.
  std::optional<WeightsSource> weights_source() const;
  HuggingFaceClass hugging_face() const;
  /// Whether adapters are trained in place of the weights.
  bool has_adapters() const { return model_options_.has("lora.rank"); }

  const train::TrainingArguments& training() const { return training_; }
  Objective objective() const { return objective_; }
  /// Whether every token of the text is scored, which bits per byte need.
  bool says_every_token() const { return objective_ == Objective::causal; }
  std::string model_name() const { return model_.plugin.name(); }
  /// The model's `vocab_size`; where the experiment does not settle it, the size of the tokenizer, which is trained.
  std::int64_t vocab_size(const Tokenizer& tokenizer) const;
  bool settles_vocab_size() const { return model_.values.has("vocab_size"); }

  /// All that decides what the tokenizer learns, but the text: plugin build, options, special tokens.
  std::string tokenizer_identity() const;

 protected:
  std::map<std::string, std::string> library_hashes() const;

  struct Section {
    plugin_host::LoadedPlugin plugin;
    std::string library_hash;
    OptionValues values;
  };
  static Section load(const nlohmann::json& section, PluginKind kind, const std::vector<runs::PluginBuild>& plugins);

 private:
  Section tokenizer_, model_;
  OptionValues model_options_;  ///< the framework's: framework_model_options()
  train::TrainingArguments training_;
  Objective objective_;
};

/// A whole resolved experiment: the same with its data set.
class Job : public ModelJob {
 public:
  /// Throws as ModelJob's does, and Error (experiment) where data, model and training arguments do not fit together.
  Job(const nlohmann::json& resolved, const std::vector<runs::PluginBuild>& plugins);

  /// Of a run's folder. With Builds::same the libraries must be those that the run names by their hash; with
  /// Builds::any they may have been built anew.
  enum class Builds { same, any };
  static Job from_run(const runs::RunFolder& folder, Builds builds);
  /// As ModelJob::from_request() takes it.
  static Job from_request(const std::string& request);

  std::unique_ptr<Dataset> make_dataset() const { return make_guarded<Dataset>(dataset_.plugin, dataset_.values); }
  const data::DataOptions& data_options() const { return data_options_; }

  /// SHA-256 of the plugins' libraries, by kind.
  std::map<std::string, std::string> library_hashes() const;

 private:
  Section dataset_;
  data::DataOptions data_options_;
};

}  // namespace folio::worker
