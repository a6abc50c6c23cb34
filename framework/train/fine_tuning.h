#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "folio/model.h"

namespace folio::train {

/// Freezes the parameters whose names match one of `patterns`, each a shell's glob over the whole name
/// ("transformer.h.[0-5].*", where * matches dots too): they require no gradient and no optimizer moves them. Throws
/// Error (experiment) for a pattern that matches no parameter, naming the nearest, and where nothing is left to learn.
/// Called before any loss.
void freeze(const Model& model, const std::vector<std::string>& patterns);

/// Numbers that are learned.
std::int64_t trainable_count(const Model& model);

/// Whether no parameter is frozen.
bool learns_all(const Model& model);

/// Those that no adapter added.
std::vector<Parameter> base_parameters(const Model& model);

/// What `model.lora` asks for.
struct LoraRequest {
  Lora lora;                           ///< its `layers` are left open
  std::vector<std::string> targets{};  ///< see lora_layers(); empty: the model's usual ones
};

/// Whether the target is the whole name, or what follows one of its dots.
bool is_end_of(const std::string& target, const std::string& name);

/// Those of `layers` (as Model::linear_layers() gives them) that `targets` mean, as peft's LoraConfig.target_modules
/// does: the names, or their ends after a dot ("c_attn"); alone in the list "all-linear", which is all, or a regular
/// expression that fits the whole name, told by a character that is in no name (".*\\.h\\.[0-5]\\..*c_attn"). Throws
/// Error (experiment), naming `key` and the nearest, for a target that means none.
std::vector<std::string> lora_layers(const std::vector<std::string>& layers, const std::vector<std::string>& targets,
                                     const std::string& key);

/// Puts adapters on the model, see Model::add_lora(). `name` is how messages call it. Throws Error (experiment) where
/// the model does not support adapters, has no usual layers for them, or the targets fit none.
void add_lora(Model& model, const LoraRequest& request, const std::string& name);

}  // namespace folio::train
