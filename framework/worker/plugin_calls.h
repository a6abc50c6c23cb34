#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "folio/dataset.h"
#include "folio/model.h"
#include "folio/tokenizer.h"
#include "plugin_host/loaded_plugin.h"
#include "train/trainer.h"

/// The boundary between the worker and the code of plugins. Whatever a plugin throws becomes an Error with its name
/// before the message, of the same kind where it threw an Error, (run) where memory was lacking, else (plugin):
/// docs/plugin-guide.md promises it. What the framework throws from within a call that the plugin made passes as it
/// is. If the process dies meanwhile, the plugin is named too (crash_report.h).
namespace folio::worker {

/// Loads {"library": PATH, "library_hash": SHA-256} with its `name` ("model plugin 'gpt'") known meanwhile.
plugin_host::LoadedPlugin load_library(const nlohmann::json& library);

/// The same; the library may be another build where no hash is given.
plugin_host::LoadedPlugin load_library(const std::string& path, const std::string& hash, const std::string& name);

/// What a plugin made, with all calls to it so guarded.
std::unique_ptr<Dataset> guarded(std::unique_ptr<Dataset> dataset, const std::string& name);
std::unique_ptr<Tokenizer> guarded(std::unique_ptr<Tokenizer> tokenizer, const std::string& name);
std::unique_ptr<Model> guarded(std::unique_ptr<Model> model, const std::string& name);

/// Trains a model. What its own backward pass throws, which no call of the model's interface runs, is the plugin's too.
train::TrainingResult trained(const std::string& name, const std::function<train::TrainingResult()>& train);

/// LoadedPlugin::make(), so guarded.
template <typename Interface>
std::unique_ptr<Interface> make_guarded(const plugin_host::LoadedPlugin& plugin, const OptionValues& values);

extern template std::unique_ptr<Dataset> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);
extern template std::unique_ptr<Tokenizer> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);
extern template std::unique_ptr<Model> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);

}  // namespace folio::worker
