#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "experiment/experiment.h"
#include "experiment/node.h"
#include "experiment/problems.h"
#include "experiment/section.h"
#include "formats/model_config.h"

namespace folio::experiment {

/// The folder that a model section's `from` names, and what its config.json says.
struct ModelFolder {
  std::filesystem::path path;  ///< absolute; where `from` names adapters, that of their base
  ModelConfig config;
  Place place;                                      ///< of `from`
  std::optional<std::filesystem::path> adapters{};  ///< the folder that `from` names, where it has these alone

  std::string config_name() const { return (path / "config.json").string(); }
};

/// Whether the section has a `from`, whatever it leads to.
bool names_folder(const Node* model_section);

/// The folder of the section's `from`: a folder relative to `beside`, or else that of a run. None where the section
/// asks for none, or it cannot be had, which goes to `problems`.
std::optional<ModelFolder> open_model_folder(const Node* model_section, const std::filesystem::path& beside,
                                             const Declarations& declarations, Problems& problems);

/// The model plugin that reads this type of model; null where there is none.
const PluginDescription* reader_of(const std::string& model_type, const Declarations& declarations);

/// Gives the section's options the folder's values. Those that the section gives too must agree; the plugin must be the
/// one that reads such folders.
void take_config(Section& model, const ModelFolder& folder, const Declarations& declarations, Problems& problems);

/// Gives the section's options of `lora` the settings of the adapters that it begins with: those of `folder`, or of the
/// section's own lora.from, relative to `beside`. Of rank, alpha, use_rslora and target_modules those that the section
/// gives too must agree.
void take_adapters(Section& model, const ModelFolder& folder, const std::filesystem::path& beside, Problems& problems);

/// The file of a model's folder that a `pretrained` tokenizer reads; none where there is none.
std::optional<std::filesystem::path> tokenizer_file_of(const std::filesystem::path& folder);
constexpr const char* kTokenizerFileNames = "tokenizer.json, tokenizer.model or spiece.model";  ///< for messages

}  // namespace folio::experiment
