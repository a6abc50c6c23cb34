#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/model.h"

namespace folio::worker {

/// What a model begins with where its weights come from a folder.
struct InitialWeights {
  std::string folder;
  std::string weights_hash;        ///< SHA-256 of model.safetensors; of several files, of what sha256sum prints of them
  std::string config_hash;         ///< SHA-256 of config.json
  std::vector<std::string> notes;  ///< what a person should know, a line each
};

/// Looks at names, types and shapes alone. Throws Error (experiment) naming what does not fit, also where a file is
/// damaged.
void check_initial_weights(const Model& model, const std::filesystem::path& folder, const HuggingFaceClass& saved_from);

/// Fills the parameters, which are on the CPU. Throws as check_initial_weights() does.
InitialWeights load_initial_weights(Model& model, const std::filesystem::path& folder,
                                    const HuggingFaceClass& saved_from);

}  // namespace folio::worker
