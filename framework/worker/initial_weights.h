#pragma once

#include <filesystem>
#include <optional>
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

/// Where a model's weights come from.
struct WeightsSource {
  std::filesystem::path folder;
  HuggingFaceClass saved_from;
  std::optional<std::filesystem::path> adapters{};  ///< of a model with adapters; none: they stay as they begin
};

/// Looks at names, types and shapes alone, but for adapters, which it loads. Throws Error (experiment) naming what does
/// not fit, also where a file is damaged.
void check_initial_weights(const Model& model, const WeightsSource& source);

/// Fills the parameters, which are on the CPU. Throws as check_initial_weights() does.
InitialWeights load_initial_weights(Model& model, const WeightsSource& source);

}  // namespace folio::worker
