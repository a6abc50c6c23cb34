#pragma once

#include <filesystem>
#include <string>

#include "runs/record/run.h"

namespace folio::runs {

inline constexpr const char* kModelCard = "README.md";

/// What the card says of the files that it lies beside.
struct CardFiles {
  std::string type;        ///< of the weights, as config.json has it
  std::string mask_token;  ///< of a masked model's tokenizer; else empty
};

/// The README.md of a run's model, with the metadata that Hugging Face's hub reads at its head: which experiment, data
/// and tokenizer made it, its results and what they mean, and how to load it. It says what the run recorded and nothing
/// else. Texts from outside show as they are.
std::string model_card(const Run& run, const CardFiles& files);

/// Writes the card into a folder that has the model, whose other files it reads. Throws Error (store) naming the file.
void write_model_card(const Run& run, const std::filesystem::path& folder);

}  // namespace folio::runs
