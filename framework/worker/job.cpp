#include "worker/job.h"

#include <algorithm>
#include <map>

#include "folio/error.h"
#include "formats/description_json.h"
#include "worker/fine_tuned_model.h"

namespace folio::worker {
namespace {

using nlohmann::json;

enum class Whose { framework, plugin };

/// The keys of a section that are the framework's, or those that are the plugin's.
json keys_of(const json& section, PluginKind kind, Whose whose) {
  json result = json::object();
  const OptionTable table = framework_options(kind);
  for (const auto& [key, value] : section.items()) {
    const bool known = std::any_of(table.options().begin(), table.options().end(), [&](const Option& option) {
      return option.name.substr(0, option.name.find('.')) == key;
    });
    if (known == (whose == Whose::framework)) result[key] = value;
  }
  return result;
}

const runs::PluginBuild& build_of(PluginKind kind, const std::vector<runs::PluginBuild>& plugins) {
  const auto found = std::find_if(plugins.begin(), plugins.end(),
                                  [&](const runs::PluginBuild& build) { return build.kind == to_string(kind); });
  if (found == plugins.end())
    throw Error(ErrorKind::plugin, "the run does not name a " + std::string(to_string(kind)) + " plugin");
  return *found;
}

Objective objective_of(const plugin_host::LoadedPlugin& model) {
  const std::string name = model.descriptor().objective;
  if (const auto objective = objective_from_string(name)) return *objective;
  throw Error(ErrorKind::plugin, model.name() + " declares the objective '" + name +
                                     "', expected 'causal', 'masked' or 'span_corruption'");
}

void check_metric(const train::TrainingArguments& training, Objective objective, const std::string& model) {
  if (objective == Objective::causal || training.metric_for_best_model != "eval_bits_per_byte") return;
  throw Error(ErrorKind::experiment,
              "training.metric_for_best_model is 'eval_bits_per_byte', which only a causal model has; " + model +
                  " has 'eval_loss' and 'perplexity'");
}

void check_sampling(const train::TrainingArguments& training, bool shuffle) {
  if (training.sampling != train::Sampling::group_by_length || shuffle) return;
  throw Error(ErrorKind::experiment,
              "training.train_sampling_strategy is 'group_by_length', which shuffles, but dataset.shuffle is false: "
              "expected 'sequential' or dataset.shuffle true");
}

OptionValues framework_values(const json& section, PluginKind kind) {
  return option_values_from_json(framework_options(kind), keys_of(section, kind, Whose::framework));
}

}  // namespace

data::DataOptions data_options_of(const json& dataset_section) {
  return data::data_options(framework_values(dataset_section, PluginKind::dataset));
}

OptionValues model_options_of(const json& model_section) { return framework_values(model_section, PluginKind::model); }

OptionValues plugin_values(const plugin_host::LoadedPlugin& plugin, const json& section) {
  const PluginDescriptor& descriptor = plugin.descriptor();
  return option_values_from_json(descriptor.options(), keys_of(section, descriptor.kind, Whose::plugin));
}

HuggingFaceClass hugging_face_of(const plugin_host::LoadedPlugin& plugin) {
  const auto declare = plugin.descriptor().hugging_face;
  return declare != nullptr ? declare() : HuggingFaceClass();
}

ModelJob::Section ModelJob::load(const json& section, PluginKind kind, const std::vector<runs::PluginBuild>& plugins) {
  const runs::PluginBuild& build = build_of(kind, plugins);
  plugin_host::LoadedPlugin plugin =
      load_library(build.library, build.library_hash, build.kind + " plugin '" + build.id + "'");
  OptionValues checked = plugin_values(plugin, section);
  const std::string hash = plugin.hash();
  return {std::move(plugin), hash, std::move(checked)};
}

ModelJob::ModelJob(const json& resolved, const std::vector<runs::PluginBuild>& plugins)
    : tokenizer_(load(resolved.at("tokenizer"), PluginKind::tokenizer, plugins)),
      model_(load(resolved.at("model"), PluginKind::model, plugins)),
      model_options_(model_options_of(resolved.at("model"))),
      training_(
          train::training_arguments(option_values_from_json(train::training_option_table(), resolved.at("training")))),
      objective_(objective_of(model_.plugin)) {
  check_lora_options(model_options_);
  check_metric(training_, objective_, model_name());
}

ModelJob ModelJob::from_request(const json& request) {
  return {request.at("resolved"), runs::plugin_builds_from_json({request.at("plugins"), "plugins"})};
}

Job::Job(const json& resolved, const std::vector<runs::PluginBuild>& plugins)
    : ModelJob(resolved, plugins),
      dataset_(load(resolved.at("dataset"), PluginKind::dataset, plugins)),
      data_options_(data_options_of(resolved.at("dataset"))) {
  data::check_objective(framework_values(resolved.at("dataset"), PluginKind::dataset), objective(), model_name());
  check_sampling(training(), data_options_.shuffle);
}

Job Job::from_run(const runs::RunFolder& folder, Builds builds) {
  std::vector<runs::PluginBuild> plugins = runs::read_run_info(folder).plugins;
  if (builds == Builds::any)
    for (runs::PluginBuild& plugin : plugins) plugin.library_hash.clear();
  return Job(runs::read_resolved(folder), plugins);
}

Job Job::from_request(const std::string& request) {
  const json parsed = json::parse(request);
  return Job(parsed.at("resolved"), runs::plugin_builds_from_json({parsed.at("plugins"), "plugins"}));
}

std::unique_ptr<Model> ModelJob::make_model(const Tokenizer& tokenizer) const {
  std::map<std::string, OptionValue> values(model_.values.all().begin(), model_.values.all().end());
  values["vocab_size"] = vocab_size(tokenizer);
  auto model = make_guarded<Model>(model_.plugin, OptionValues(model_.plugin.descriptor().options(), values));
  fine_tune(*model, model_options_, training_, model_name());
  return model;
}

std::optional<WeightsSource> ModelJob::weights_source() const {
  if (!model_options_.has("from")) return std::nullopt;
  WeightsSource source{.folder = model_options_.text("from"), .saved_from = hugging_face()};
  if (model_options_.has("lora.from")) source.adapters = model_options_.text("lora.from");
  return source;
}

HuggingFaceClass ModelJob::hugging_face() const { return hugging_face_of(model_.plugin); }

std::int64_t ModelJob::vocab_size(const Tokenizer& tokenizer) const {
  return settles_vocab_size() ? model_.values.integer("vocab_size") : tokenizer.vocab_size();
}

std::map<std::string, std::string> ModelJob::library_hashes() const {
  return {{"tokenizer", tokenizer_.library_hash}, {"model", model_.library_hash}};
}

std::map<std::string, std::string> Job::library_hashes() const {
  std::map<std::string, std::string> hashes = ModelJob::library_hashes();
  hashes["dataset"] = dataset_.library_hash;
  return hashes;
}

std::string ModelJob::tokenizer_identity() const {
  json identity{{"plugin", tokenizer_.plugin.descriptor().id},
                {"library", tokenizer_.library_hash},
                {"options", to_json(tokenizer_.values)}};
  for (const SpecialToken token : special_tokens_of(objective()))
    identity["special_tokens"].push_back(to_string(token));
  return identity.dump();
}

}  // namespace folio::worker
